//! What is matched is what is sent: every reader of a URL reads the same in it.

#![no_main]

use arbitrary::Arbitrary;
use connector_host::egress::template::Template;
use fuzz::text::{Origin, Path};
use http::Uri;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use url::{Position, Url};

/// Two URLs that begin in the same way.
#[derive(Arbitrary, Debug)]
struct Input<'a> {
    origin: Origin<'a>,
    path: Path<'a>,
    other: Path<'a>,
}

fuzz_target!(|input: Input| {
    let parse = |path: &Path| Url::parse(&format!("{}/{path}", input.origin));
    let Ok(url) = parse(&input.path) else { return };
    is_read_the_same_again(&url);
    if !matches!(url.scheme(), "http" | "https") {
        return;
    }
    is_taken_apart_in_the_same_way(&url);
    if let Ok(other) = parse(&input.other) {
        a_template_made_of_it_fits_it_and_no_other(&url, &other);
    }
});

/// Whoever parses it again reads the same.
fn is_read_the_same_again(url: &Url) {
    assert_eq!(&Url::parse(url.as_str()).unwrap(), url);
}

/// The client takes it apart in the same way, if it takes it at all.
fn is_taken_apart_in_the_same_way(url: &Url) {
    // This is refused before.
    if !url.username().is_empty() || url.password().is_some() {
        return;
    }
    let Ok(uri) = url.as_str().parse::<Uri>() else {
        return;
    };
    assert_eq!(uri.scheme_str(), Some(url.scheme()));
    assert_eq!(uri.host(), url.host_str());
    assert_eq!(uri.port_u16(), url.port());
    let sent = uri.path_and_query().map(ToString::to_string);
    let matched = &url[Position::BeforePath..Position::AfterQuery];
    assert_eq!(sent.as_deref(), Some(matched));
}

/// Where the host's name can stand in a template, the one that is made of a URL fits it, and others
/// only with the same segments at the same origin.
fn a_template_made_of_it_fits_it_and_no_other(url: &Url, other: &Url) {
    let text = Template::exactly(url);
    let template = Template::new(&text, |_| None);
    if url
        .host_str()
        .is_some_and(|host| host.contains(['{', '}', '*']))
    {
        assert!(template.is_err(), "{text}");
        return;
    }
    let template = template.unwrap().unwrap();
    assert!(template.matches(url), "{text}");
    let same = url.origin() == other.origin() && segments(url) == segments(other);
    assert_eq!(template.matches(other), same, "{text}");
}

fn segments(url: &Url) -> Vec<Vec<u8>> {
    let segments = url.path_segments().unwrap();
    segments
        .map(|segment| percent_decode_str(segment).collect())
        .collect()
}
