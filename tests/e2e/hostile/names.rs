//! Names that lead inside.

use crate::{
    arena::attack,
    service::{Canary, Service, whole},
};
use connector_host::egress::Names;
use futures::{FutureExt, future::BoxFuture};
use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Answers with one address first, and with another one from then on.
#[derive(Debug)]
struct Changing {
    addresses: [&'static str; 2],
    asked: AtomicUsize,
}

impl Changing {
    fn new(first: &'static str, then: &'static str) -> Arc<Self> {
        Arc::new(Self {
            addresses: [first, then],
            asked: AtomicUsize::new(0),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Names for Changing {
    fn look_up(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let address = self.addresses[asked.min(1)].parse().expect("an address");
        std::future::ready(Ok(vec![address])).boxed()
    }
}

#[test]
fn a_name_that_leads_inside_is_refused() {
    let canary = Canary::new();
    for (name, address, kind) in [
        ("localhost", "127.0.0.1", "loopback"),
        ("innocent.example", "127.0.0.1", "loopback"),
        ("innocent.example", "::ffff:127.0.0.1", "loopback"),
        ("innocent.example", "64:ff9b::7f00:1", "loopback"),
        ("metadata.google.internal", "169.254.169.254", "link-local"),
        ("intranet.example", "10.1.2.3", "private"),
    ] {
        let origin = format!("http://{name}:{}", canary.port());
        let attack = attack("special-address").set("elsewhere", &origin);
        let outcome = attack.names(Changing::new(address, address)).run_alone();
        let why = format!("{name} is {address}, which is not a public address ({kind})");
        outcome.is_refused(1, &why);
        outcome.fails_with(&[&format!("--allow-outbound {origin}")]);
    }
    canary.is_untouched();
}

#[test]
fn localhost_is_refused() {
    let canary = Canary::new();
    let origin = format!("http://localhost:{}", canary.port());
    let outcome = attack("special-address").set("elsewhere", &origin).run();
    outcome.is_refused(1, "is not a public address (loopback)");
    canary.is_untouched();
}

#[test]
fn a_name_that_changes_between_look_ups_gains_nothing() {
    // What has been looked at is what is connected to. Only an operator can have a name lead to
    // this machine, but the way is the same.
    let service = Service::start(|_, connection| whole(connection, "", b"{}"));
    let port = service.origin().rsplit(':').next().map(str::to_owned);
    let origin = format!("http://rebind.example:{}", port.expect("a port"));
    let names = Changing::new("127.0.0.1", "169.254.169.254");
    let attack = attack("special-address").named("elsewhere", &origin);
    let outcome = attack.names(Arc::clone(&names) as Arc<dyn Names>).run();
    let _ = outcome.succeeds();
    assert_eq!(names.asked(), 1, "one look-up for one connection");
    let connected = outcome.exchanges[0].address.expect("an address");
    assert_eq!(connected.ip().to_string(), "127.0.0.1");

    // The public name that it was before does not count.
    let canary = Canary::new();
    let origin = format!("http://rebind.example:{}", canary.port());
    let names = Changing::new("127.0.0.1", "1.1.1.1");
    let attack = self::attack("special-address").set("elsewhere", &origin);
    let outcome = attack.names(names).run();
    outcome.is_refused(1, "is not a public address (loopback)");
    canary.is_untouched();
}
