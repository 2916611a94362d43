//! HTTP clients: one for the public internet, one for origins that the operator names.

use super::resolver::PublicOnly;
use crate::failure::{Failure, Kind, Result};
use reqwest::{Client, redirect};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct Options {
    /// For an attempt of a request, up to the last byte of the answer.
    pub timeout: Duration,
    /// `name/version` of the connector.
    pub user_agent: String,
}

/// Both clients, each made when it is first used: reading the system's certificates takes
/// longer than everything else before the first request.
pub struct Clients {
    options: Options,
    public: OnceLock<Client>,
    named_by_operator: OnceLock<Client>,
}

impl Clients {
    /// Clients that do not exist yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            public: OnceLock::new(),
            named_by_operator: OnceLock::new(),
        }
    }

    /// The client for an origin.
    ///
    /// # Errors
    ///
    /// When the system's root certificates cannot be read.
    pub fn get(&self, _url: &url::Url, named_by_operator: bool) -> Result<&Client> {
        let client = if named_by_operator {
            &self.named_by_operator
        } else {
            &self.public
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let made = self.make(named_by_operator)?;
        Ok(client.get_or_init(|| made))
    }

    fn make(&self, named_by_operator: bool) -> Result<Client> {
        // The process may have installed a provider already; either is good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(&self.options.user_agent)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(30))
            .timeout(self.options.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            // A list arrives as fast as it is read: larger windows for HTTP/2.
            .http2_adaptive_window(true);
        if !named_by_operator {
            builder = builder.dns_resolver(Arc::new(PublicOnly));
        }
        builder
            .build()
            .map_err(|e| Failure::of(Kind::Other, e).context("cannot set up HTTPS"))
    }
}
