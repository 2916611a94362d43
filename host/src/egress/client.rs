//! HTTP clients: one for the public internet, one for origins that the operator names, one for
//! what goes through a proxy.

use super::resolver::{Names, Resolver, System};
use crate::failure::{Failure, Kind, Result};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, Client, redirect};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use url::Url;

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct Options {
    /// For an attempt of a request, up to the last byte of the answer.
    pub timeout: Duration,
    /// `name/version` of the connector.
    pub user_agent: String,
    /// Certificate authorities that are trusted beside those of the system.
    pub authorities: Vec<Certificate>,
    /// Whether `HTTPS_PROXY`, `NO_PROXY` and the like are heeded.
    pub proxies: bool,
    /// Where names are looked up.
    pub names: Arc<dyn Names>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::ZERO,
            user_agent: String::new(),
            authorities: Vec::new(),
            proxies: false,
            names: Arc::new(System),
        }
    }
}

/// Reads certificates in the PEM format (RFC 7468).
///
/// # Errors
///
/// When the file cannot be read, or holds none.
pub fn authorities(file: &Path) -> Result<Vec<Certificate>> {
    let failed = |error: String| {
        let what = format!("cannot use the certificates in {}: {error}", file.display());
        Failure::new(Kind::InvalidArgument, what)
            .hint("--ca-file takes certificates in the PEM format, -----BEGIN CERTIFICATE-----.")
    };
    let bundle = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    match Certificate::from_pem_bundle(&bundle) {
        Ok(found) if found.is_empty() => Err(failed("there are none".to_owned())),
        found => found.map_err(|error| failed(error.to_string())),
    }
}

/// The clients, each made when it is first used: reading the system's certificates takes longer
/// than everything else before the first request.
pub struct Clients {
    options: Options,
    /// What `HTTPS_PROXY`, `NO_PROXY` and the like say.
    proxies: Matcher,
    public: OnceLock<Client>,
    named_by_operator: OnceLock<Client>,
    proxied: OnceLock<Client>,
}

impl Clients {
    /// Clients that do not exist yet.
    pub fn new(options: Options) -> Self {
        let proxies = match options.proxies {
            true => Matcher::from_env(),
            false => Matcher::builder().build(),
        };
        Self {
            options,
            proxies,
            public: OnceLock::new(),
            named_by_operator: OnceLock::new(),
            proxied: OnceLock::new(),
        }
    }

    /// The client for a URL that the policy has permitted.
    ///
    /// Where the environment names a proxy for it, that resolves the name: the operator's proxy is
    /// what decides then where connections go.
    ///
    /// # Errors
    ///
    /// When the system's root certificates cannot be read.
    pub fn get(&self, url: &Url, named_by_operator: bool) -> Result<&Client> {
        let (client, way) = match (self.is_proxied(url), named_by_operator) {
            (true, _) => (&self.proxied, Way::Proxy),
            (false, true) => (&self.named_by_operator, Way::Anywhere),
            (false, false) => (&self.public, Way::PublicOnly),
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let made = self.make(way)?;
        Ok(client.get_or_init(|| made))
    }

    /// Whether the environment names a proxy for a URL.
    pub fn is_proxied(&self, url: &Url) -> bool {
        let uri = url.as_str().parse();
        uri.is_ok_and(|uri| self.proxies.intercept(&uri).is_some())
    }

    fn make(&self, way: Way) -> Result<Client> {
        // The process may have installed a provider already; either is good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .user_agent(&self.options.user_agent)
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(30))
            .timeout(self.options.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .tls_certs_merge(self.options.authorities.iter().cloned())
            // A list arrives as fast as it is read: larger windows for HTTP/2.
            .http2_adaptive_window(true);
        let resolver = |public_only| {
            let names = Arc::clone(&self.options.names);
            Arc::new(Resolver { names, public_only })
        };
        let builder = match way {
            // The client reads the same environment.
            Way::Proxy => builder,
            Way::Anywhere => builder.no_proxy().dns_resolver(resolver(false)),
            Way::PublicOnly => builder.no_proxy().dns_resolver(resolver(true)),
        };
        builder
            .build()
            .map_err(|e| Failure::of(Kind::Other, e).context("cannot set up HTTPS"))
    }
}

/// How a request gets to its service.
#[derive(Debug, Clone, Copy)]
enum Way {
    PublicOnly,
    Anywhere,
    Proxy,
}
