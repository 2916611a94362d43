//! Whom the host believes to be the service.

use crate::{
    certificates::{Authority, GOOD, Shows},
    secure::Secure,
    support::misfit,
};
use e2e::{
    c1z::File,
    host::{Host, Transcript},
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
};
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// The misbehaving component, which is to send one request to a service.
fn asking(origin: &str) -> Host {
    misfit("ask")
        .env("BATON_ORIGIN", origin)
        .env("BATON_ALLOW_OUTBOUND", origin)
        .env("BATON_RETRIES", "0")
}

/// What comes of a request to a service that shows this, when its authority is trusted.
fn trusting(shows: Shows) -> (Transcript, Host, Secure) {
    let authority = Authority::new();
    let service = Secure::start(authority.server(shows));
    let host = asking(&service.origin());
    fs::write(host.path("ca.pem"), authority.pem()).expect("a file");
    (host.run(&["--ca-file", "ca.pem"]), host, service)
}

fn answered(host: &Host) {
    let groups = File::open(&host.file()).resources("group");
    assert_eq!(groups[0].resource.display_name, "answered 204 No Content");
}

#[test]
fn a_certificate_of_an_authority_that_is_not_trusted_is_refused() {
    let service = Secure::start(Authority::new().server(GOOD));
    let host = asking(&service.origin());
    let _ = host.run(&[]).failed_with(&["UnknownIssuer"]);
    assert_eq!(service.heads(), Vec::<String>::new());
    // One authority more is one more, and not all.
    fs::write(host.path("ca.pem"), Authority::new().pem()).expect("a file");
    let other = host.run(&["--ca-file", "ca.pem"]);
    // Named alike, the other one is tried, and has not signed it.
    let _ = other.failed_with(&["invalid peer certificate"]);
    assert_eq!(service.heads(), Vec::<String>::new());
}

#[test]
fn an_authority_that_the_operator_names_is_trusted() {
    let (transcript, host, service) = trusting(GOOD);
    let _ = transcript.succeeded();
    answered(&host);
    let [head] = &service.heads()[..] else {
        panic!("{:?}", service.heads());
    };
    assert!(head.starts_with("GET /allowed\n"), "{head}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let (transcript, _, service) = trusting(Shows {
        name: "misfit.example",
        ..GOOD
    });
    let _ = transcript.failed_with(&["invalid peer certificate", "127.0.0.1"]);
    assert_eq!(service.heads(), Vec::<String>::new());
}

#[test]
fn a_certificate_that_has_expired_is_refused() {
    let (transcript, _, service) = trusting(Shows {
        expired: true,
        ..GOOD
    });
    let _ = transcript.failed_with(&["invalid peer certificate", "expired"]);
    assert_eq!(service.heads(), Vec::<String>::new());
}

#[test]
fn both_versions_of_tls_that_are_in_use_are_spoken() {
    for versions in [[&TLS12], [&TLS13]] {
        let versions = Box::leak(Box::new(versions));
        let (transcript, host, _) = trusting(Shows { versions, ..GOOD });
        let _ = transcript.succeeded();
        answered(&host);
    }
}

#[test]
fn older_versions_of_tls_are_not_spoken() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a connection");
        let mut record = [0; 5];
        client.read_exact(&mut record).expect("a record");
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        let mut hello = vec![0; length];
        client.read_exact(&mut hello).expect("a ClientHello");
        client.write_all(&server_hello_of_tls_1_1()).expect("sent");
        let mut answer = Vec::new();
        // However it ends.
        let _ = client.read_to_end(&mut answer);
        (hello, answer)
    });
    let host = asking(&format!("https://{address}"));
    let transcript = host.run(&[]);
    assert_ne!(transcript.code, Some(0), "{transcript}");
    let (hello, answer) = server.join().expect("a handshake");
    // supported_versions (RFC 8446, section 4.2.1): TLS 1.3 and 1.2, and nothing else.
    let offered = [0, 43, 0, 5, 4, 3, 4, 3, 3];
    let mut windows = hello.windows(offered.len());
    assert!(windows.any(|window| window == offered), "{hello:02x?}");
    // A fatal alert, protocol_version (RFC 8446, section 6.2).
    assert_eq!(answer[0], 21, "{answer:?}");
    assert_eq!(answer[5..], [2, 70], "{answer:?}");
}

/// That a server agrees to TLS 1.1, with a cipher suite of that time.
fn server_hello_of_tls_1_1() -> Vec<u8> {
    let version = [3, 2];
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    // No session, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0xc0, 0x13, 0]);
    let length = u8::try_from(hello.len()).expect("it is short");
    let mut record = vec![22, version[0], version[1], 0, length + 4, 2, 0, 0, length];
    record.extend(hello);
    record
}

#[test]
fn a_file_without_certificates_is_refused_before_anything_is_sent() {
    let service = Secure::start(Authority::new().server(GOOD));
    let host = asking(&service.origin());
    fs::write(host.path("ca.pem"), "no certificate").expect("a file");
    let texts = ["ca.pem", "-----BEGIN CERTIFICATE-----"];
    let transcript = host.run(&["--ca-file", "ca.pem"]).failed_with(&texts);
    assert_eq!(transcript.code, Some(3), "{transcript}");
    assert_eq!(service.heads(), Vec::<String>::new());
}
