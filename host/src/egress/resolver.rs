//! Name resolution that leaves out addresses that are not public.

use super::{address, refusal::Refusal};
use futures::{FutureExt, future::BoxFuture};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use url::{Host, Url};

/// Somebody who knows the addresses of names.
pub trait Names: fmt::Debug + Send + Sync {
    /// Looks a name up.
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Debug)]
pub struct System;

impl Names for System {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|found| found.ip()).collect())
        }
        .boxed()
    }
}

/// Resolves a name, once for each connection. The client connects to the very addresses that have
/// been looked at, so a name that answers differently the next time gains nothing.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    pub names: Arc<dyn Names>,
    /// Whether addresses that are not public are left out.
    pub public_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = resolver.names.look_up(name.clone()).await?;
            let kept: Vec<_> = found
                .iter()
                .copied()
                .filter(|found| !resolver.public_only || address::not_public(*found).is_none())
                // The port is the client's to fill in.
                .map(|found| SocketAddr::new(found, 0))
                .collect();
            match (kept.is_empty(), found.first()) {
                (true, Some(refused)) => Err(refusal(&name, *refused).into()),
                _ => Ok(Box::new(kept.into_iter()) as Addrs),
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
    use std::sync::Mutex;

    /// Answers with one list of addresses after the other.
    #[derive(Debug)]
    struct Changing(Mutex<Vec<&'static [&'static str]>>);

    impl Names for Changing {
        fn look_up(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let found = self.0.lock().unwrap().remove(0).iter();
            let found = found.map(|address| address.parse().unwrap()).collect();
            std::future::ready(Ok(found)).boxed()
        }
    }

    fn resolver(answers: &[&'static [&'static str]]) -> Resolver {
        Resolver {
            names: Arc::new(Changing(Mutex::new(answers.to_vec()))),
            public_only: true,
        }
    }

    async fn resolved(resolver: &Resolver) -> Result<Vec<String>, String> {
        let found = resolver.resolve("rebind.example".parse().unwrap()).await;
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map(|found| found.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn addresses_that_are_not_public_are_left_out_of_an_answer() {
        let resolver = resolver(&[&["127.0.0.1", "1.1.1.1", "::ffff:10.0.0.1", "2606:4700::1111"]]);
        let kept = resolved(&resolver).await.unwrap();
        assert_eq!(kept, ["1.1.1.1", "2606:4700::1111"]);
    }

    #[tokio::test]
    async fn a_name_that_changes_is_looked_at_each_time() {
        let resolver = resolver(&[&["1.1.1.1"], &["169.254.169.254"], &["64:ff9b::7f00:1"]]);
        assert_eq!(resolved(&resolver).await.unwrap(), ["1.1.1.1"]);
        for kind in ["link-local", "loopback"] {
            let refusal = resolved(&resolver).await.unwrap_err();
            assert!(refusal.contains("rebind.example"), "{refusal}");
            assert!(refusal.contains(kind), "{refusal}");
        }
    }

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
