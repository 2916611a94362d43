//! The connection to ConductorOne: TLS and HTTP/2, made when it is needed, and again when it breaks.

use super::token::DEADLINE;
use crate::failure::{Failure, Kind, Result};
use hyper_util::client::{
    legacy::connect::{HttpConnector, proxy::Tunnel},
    proxy::matcher::Matcher,
};
use reqwest::redirect;
use std::{path::Path, time::Duration};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

/// For a connection, TLS included.
const CONNECT: Duration = Duration::from_secs(30);
/// Between looks whether the other side of an idle connection is still there, which cost nobody
/// anything.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);
/// How long what was sent may remain without any sign of its arrival: then the connection is dead, and
/// another one is made (tcp(7), TCP_USER_TIMEOUT).
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// Pings while a request is under way. Servers of Google's library close connections whose pings
/// come more often than every five minutes.
const PING: Duration = Duration::from_secs(330);
/// How long an answer to a ping may take.
const PONG: Duration = Duration::from_secs(20);

/// Certificates of authorities, in the PEM format, that are trusted beside the system's.
pub type Authorities = Option<Vec<u8>>;

/// Reads such certificates from a file.
///
/// # Errors
///
/// When it cannot be read.
pub fn read_authorities(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        Failure::of(Kind::InvalidArgument, error).context(format!(
            "cannot read the certificates in {}",
            path.display()
        ))
    })
}

/// A connection to `authority`, a host with or without a port.
///
/// The environment's proxy is used, and resolves the name, where it names one.
///
/// # Errors
///
/// When the certificates are of no use.
pub(super) fn open(authority: &str, user_agent: &str, trusted: &Authorities) -> Result<Channel> {
    let failed = |error: tonic::transport::Error| {
        Failure::of(Kind::InvalidArgument, error)
            .context(format!("cannot set up a connection to {authority}"))
    };
    let mut tls = ClientTlsConfig::new().with_native_roots();
    if let Some(pem) = trusted {
        tls = tls.ca_certificate(Certificate::from_pem(pem));
    }
    let url = format!("https://{authority}");
    let endpoint = Endpoint::from_shared(url.clone())
        .and_then(|endpoint| endpoint.user_agent(user_agent.to_owned()))
        .and_then(|endpoint| endpoint.tls_config(tls))
        .map_err(failed)?
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(PING)
        .keep_alive_timeout(PONG);
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    // For all addresses together, so that one that is dead leaves time for the others.
    http.set_connect_timeout(Some(CONNECT));
    http.set_keepalive(Some(TCP_KEEPALIVE));
    http.set_keepalive_interval(Some(TCP_KEEPALIVE / 2));
    http.set_keepalive_retries(Some(3));
    http.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    let proxy = url
        .parse()
        .ok()
        .and_then(|uri| Matcher::from_env().intercept(&uri));
    Ok(match proxy {
        None => endpoint.connect_with_connector_lazy(http),
        Some(proxy) if proxy.uri().scheme_str() != Some("http") => {
            // It may hold a password.
            let scheme = proxy.uri().scheme_str().unwrap_or("no");
            let what = format!("HTTPS_PROXY names a proxy of the scheme {scheme}");
            let hint = "Only http:// proxies are supported on the way to ConductorOne; requests through them are encrypted all the same.";
            return Err(Failure::new(Kind::InvalidArgument, what).hint(hint));
        }
        Some(proxy) => {
            let mut tunnel = Tunnel::new(proxy.uri().clone(), http);
            if let Some(credentials) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            endpoint.connect_with_connector_lazy(tunnel)
        }
    })
}

/// A client for the one request that is not gRPC: for a token.
///
/// # Errors
///
/// When the certificates are of no use.
pub(super) fn http(user_agent: &str, trusted: &Authorities) -> Result<reqwest::Client> {
    let failed = |error: reqwest::Error| {
        Failure::of(Kind::InvalidArgument, error).context("cannot set up HTTPS")
    };
    // The process may have installed a provider already; either is good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authorities = match trusted {
        Some(pem) => reqwest::Certificate::from_pem_bundle(pem).map_err(failed)?,
        None => Vec::new(),
    };
    reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(DEADLINE)
        .pool_max_idle_per_host(0)
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .tls_certs_merge(authorities)
        .build()
        .map_err(failed)
}
