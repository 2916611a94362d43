//! What is matched is what is sent, and what is sent is what everybody reads in it.

mod careless;
mod pieces;

use super::*;
use crate::{
    contract::describe::Operations,
    egress::{Clients, Options, template::Template},
};
use careless::read_carelessly;
use http::Uri;
use percent_encoding::percent_decode;
use pieces::{ORIGINS, PIECES};
use proptest::prelude::*;
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
    time::Duration,
};
use url::Position;

/// Reads `/a/*/c` at `https://api.example.com`, and changes something under it.
fn policy() -> Policy {
    let request = |method: &str, path: &str, effect, during| OutboundRequest {
        methods: vec![method.to_owned()],
        url: format!("https://api.example.com{path}"),
        effect,
        during,
        sends_secrets: vec![],
        returns_secrets: vec![],
        purpose: String::new(),
    };
    let requests = [
        request("GET", "/a/*/c", Effect::Read, Operations::empty()),
        request("POST", "/a/*/c", Effect::Change, Operations::GRANT),
    ];
    Policy::new(&requests, |_| None, vec![]).unwrap()
}

fn passes(url: &Url) -> bool {
    policy().decide(Operation::Sync, &Method::GET, url).is_ok()
}

fn pieces(most: usize) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES.to_vec());
    prop::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

fn origin() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ORIGINS.to_vec())
}

#[test]
fn an_origin_in_another_spelling_is_the_same_and_is_sent_in_one() {
    for url in [
        "HTTPS://API.Example.COM:443/a/b/c",
        "https:\\\\api.example.com\\a\\b\\c",
        "ht\ntps://api.exa\tmple.com/a/b/c",
        "https://%61pi.example.com/a/b/c",
        "https://\u{ff41}pi.example.com/a/b/c",
        "https://api\u{3002}example\u{ff0e}com/a/b/c",
        "https://api.example.com:0443/a/b/c",
        "https://@api.example.com/a/b/c",
        "https://api.example.com/x/..\\a/./b/%2e/c",
    ] {
        let url = Url::parse(url).unwrap();
        assert!(passes(&url), "{url}");
        assert_eq!(url.as_str(), "https://api.example.com/a/b/c");
    }
}

#[test]
fn an_origin_that_only_looks_the_same_is_another() {
    for url in [
        // A name with a dot at its end is not searched for elsewhere, so it may be another one.
        "https://api.example.com./a/b/c",
        "https://api.example.com:8443/a/b/c",
        "http://api.example.com/a/b/c",
        "http://api.example.com:443/a/b/c",
        "https://api.example.com@evil.example.net/a/b/c",
        "https://evil.example.net\\@api.example.com/a/b/c",
        "https://evil.example.net#@api.example.com/a/b/c",
        "https://api.example.com%2eevil.example.net/a/b/c",
        "https://\u{430}pi.example.com/a/b/c",
        "https://xn--pi-6kc.example.com/a/b/c",
        "https://user@api.example.com/a/b/c",
        "https://:secret@api.example.com/a/b/c",
    ] {
        let url = Url::parse(url).unwrap();
        assert!(!passes(&url), "{url}");
    }
    for none in [
        "https://api.example.com%00.evil.example.net/a/b/c",
        "https://api.example.com\u{ff0f}.evil.example.net/a/b/c",
        "https:///a/b/c?",
    ] {
        let url = Url::parse(none);
        assert!(url.is_err() || url.is_ok_and(|url| !passes(&url)), "{none}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn whatever_passes_leads_to_the_declared_origin(
        origin in origin(),
        tail in "(/a/b/c|/a/%20b/c\\?x|\\\\a\\\\b\\\\c|/a/b/c#f)",
    ) {
        let Ok(url) = Url::parse(&format!("{origin}{tail}")) else { return Ok(()) };
        if passes(&url) {
            prop_assert_eq!(url.origin().ascii_serialization(), "https://api.example.com");
            prop_assert_eq!(url.host_str(), Some("api.example.com"));
            prop_assert_eq!((url.username(), url.password()), ("", None));
        }
    }

    #[test]
    fn whatever_passes_has_the_declared_shape_also_for_a_careless_server(
        before in pieces(4),
        middle in pieces(6),
        after in pieces(3),
        whole in pieces(14),
    ) {
        for path in [format!("/{before}/a/{middle}/c{after}"), format!("/a/{middle}/c"), whole] {
            let Ok(url) = Url::parse(&format!("https://api.example.com/{}", path.trim_start_matches('/'))) else {
                continue;
            };
            if passes(&url) {
                let read = read_carelessly(url.path());
                prop_assert_eq!(read.len(), 3, "{} is read as {:?}", url, read);
                prop_assert_eq!((&*read[0], &*read[2]), ("a", "c"), "{}", url);
            }
        }
    }

    #[test]
    fn what_is_matched_is_what_is_sent(origin in origin(), path in pieces(14)) {
        let Ok(url) = Url::parse(&format!("{origin}/{path}")) else { return Ok(()) };
        // Whoever parses it again reads the same.
        prop_assert_eq!(&Url::parse(url.as_str()).unwrap(), &url);
        // This is how the client takes it apart, if it takes it at all.
        let Ok(uri) = url.as_str().parse::<Uri>() else { return Ok(()) };
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Ok(());
        }
        prop_assert_eq!(uri.scheme_str(), Some(url.scheme()));
        prop_assert_eq!(uri.host(), url.host_str());
        prop_assert_eq!(uri.port_u16(), url.port());
        let sent = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        prop_assert_eq!(sent, &url[Position::BeforePath..Position::AfterQuery]);
    }

    #[test]
    fn a_template_made_of_a_url_fits_it_and_no_other(path in pieces(10), other in pieces(10)) {
        let parse = |path| Url::parse(&format!("https://api.example.com/{path}"));
        let (Ok(url), Ok(other)) = (parse(&path), parse(&other)) else { return Ok(()) };
        let text = Template::exactly(&url);
        let template = Template::new(&text, |_| None);
        let Ok(Some(template)) = template else { panic!("{text}: {template:?}") };
        prop_assert!(template.matches(&url), "{} {}", text, url);
        let decoded = |url: &Url| -> Vec<Vec<u8>> {
            let segments = url.path_segments().unwrap();
            segments.map(|segment| percent_decode(segment.as_bytes()).collect()).collect()
        };
        prop_assert_eq!(template.matches(&other), decoded(&url) == decoded(&other));
    }
}

/// What arrives at a server, byte for byte: the line of the request, and its host.
#[tokio::test]
async fn what_arrives_is_what_has_been_matched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let paths = [
        "/a/b/c",
        "/x/../a/./b/c",
        "/a/%2e%2E/a/b%20b/c?q=%2F..%2F&x#f",
        "\\a\\b\\c",
        "/a/\u{fc}/c",
        "/a/%c3%bc;x=y/c",
        "/a/b'\"|{}^`/c?'\"<>|{}",
        "//a//b//c/",
        "/a/\tb\n/c",
        "/a/%61%zz%/c",
        "/a/b/c?\u{fc}\\..",
        "",
    ];
    let server = thread::spawn(move || {
        paths.map(|_| {
            let (mut connection, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
            let head: Vec<_> = lines
                .by_ref()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            connection.write_all(answer).unwrap();
            head
        })
    });
    let clients = Clients::new(Options {
        timeout: Duration::from_secs(60),
        ..Options::default()
    });
    let urls = paths.map(|path| Url::parse(&format!("{origin}{path}")).unwrap());
    for url in &urls {
        let request = reqwest::Request::new(Method::GET, url.clone());
        let client = clients.get(url, true).unwrap();
        assert_eq!(client.execute(request).await.unwrap().status(), 204);
    }
    for (url, head) in urls.iter().zip(server.join().unwrap()) {
        let target = &url[Position::BeforePath..Position::AfterQuery];
        assert_eq!(head[0], format!("GET {target} HTTP/1.1"));
        let host = format!("host: {}", &url[Position::BeforeHost..Position::AfterPort]);
        assert!(
            head.iter().any(|line| line.eq_ignore_ascii_case(&host)),
            "{head:?}"
        );
    }
}
