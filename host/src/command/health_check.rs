//! `health-check`: asks a running service how it is. For probes in containers without a shell.

use crate::cli::{Endpoint, HealthCheckFlags};
use bytes::Bytes;
use connector_host::failure::{Failure, Kind, Result};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::StatusCode;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{net::IpAddr, time::Duration};

/// Bytes of an answer that are shown.
const SHOWN: usize = 4 << 10;

pub async fn run(flags: &HealthCheckFlags) -> Result<()> {
    let path = match flags.endpoint {
        Endpoint::Health => "health",
        Endpoint::Ready => "ready",
        Endpoint::Live => "live",
    };
    // Whoever listens on all addresses listens on this one.
    let address = match flags.health_check_bind_address {
        address if !address.is_unspecified() => address,
        IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
    };
    let authority = std::net::SocketAddr::new(address, flags.health_check_port);
    let url = format!("http://{authority}/{path}");
    let unreached = |why: String| {
        Failure::new(Kind::Unavailable, format!("no answer from {url}: {why}"))
            .hint("Is the connector running with --health-check, on this address and port?")
    };
    let uri = url
        .parse()
        .map_err(|error| Failure::of(Kind::Internal, error))?;
    let client: Client<HttpConnector, Empty<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let asking = async {
        let response = client
            .get(uri)
            .await
            .map_err(|error| unreached(error.to_string()))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), SHOWN).collect().await;
        let body = body.map_err(|error| unreached(error.to_string()))?;
        Ok::<_, Failure>((status, body.to_bytes()))
    };
    let timeout = Duration::from_secs(flags.timeout);
    let late = |_| unreached(format!("none within {} s", flags.timeout));
    let (status, body) = tokio::time::timeout(timeout, asking)
        .await
        .map_err(late)??;
    match status {
        StatusCode::OK => Ok(()),
        _ => Err(Failure::new(
            Kind::Unavailable,
            format!(
                "{url} answered {status}: {}",
                String::from_utf8_lossy(&body)
            ),
        )),
    }
}
