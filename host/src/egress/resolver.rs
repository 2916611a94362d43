//! Name resolution that leaves out addresses that are not public.

use super::{address, refusal::Refusal};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Resolves with the system's resolver. The client connects to the very addresses that have
/// been looked at, so a name that answers differently the next time gains nothing.
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            // The port is the client's to fill in.
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<_> = found
                .iter()
                .copied()
                .filter(|found| address::not_public(found.ip()).is_none())
                .collect();
            match (public.is_empty(), found.first()) {
                (true, Some(refused)) => Err(refusal(&name, refused.ip()).into()),
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

/// Looks at a host that is an address already, which is not resolved at all.
///
/// # Errors
///
/// When the address is not public.
pub fn literal(url: &Url) -> Result<(), Refusal> {
    let address = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    match address::not_public(address) {
        None => Ok(()),
        Some(kind) => Err(Refusal::NotPublic {
            host: url.host_str().unwrap_or_default().to_owned(),
            address,
            kind,
            origin: url.origin().ascii_serialization(),
        }),
    }
}

/// The gate fills in the origin, which is not known here.
fn refusal(name: &str, address: IpAddr) -> Refusal {
    Refusal::NotPublic {
        host: name.to_owned(),
        address,
        kind: address::not_public(address).unwrap_or("public"),
        origin: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_looked_at_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/",
            "http://[fd00:ec2::254]/",
            "http://０.0.0.0/",
        ] {
            let parsed = Url::parse(url).unwrap();
            assert!(
                matches!(literal(&parsed), Err(Refusal::NotPublic { .. })),
                "{url}"
            );
        }
        assert_eq!(literal(&Url::parse("http://1.1.1.1/").unwrap()), Ok(()));
        assert_eq!(
            literal(&Url::parse("http://localhost/").unwrap()),
            Ok(()),
            "is resolved first"
        );
    }
}
