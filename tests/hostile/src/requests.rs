//! Reaching for what is not declared.
//!
//! Each attack is a list of requests. `{origin}`, `{host}`, `{elsewhere}` and `{canary}` stand for
//! what the settings say; nothing ever leads to `{canary}` by what is declared.

use crate::{
    component::{End, Page, setting},
    contract::identity::connector::types::Error,
    wire::{self, Header},
};

/// Requests of an attack: a method and a URL each.
pub fn of(attack: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match attack {
        "another-host" => &[
            ("GET", "{canary}/allowed"),
            ("GET", "http://127.0.0.1:9/allowed"),
            ("GET", "http://example.com/allowed"),
            ("GET", "http://127.0.0.1.example.com/allowed"),
            ("GET", "http://example.com:80/allowed?{origin}/allowed"),
        ],
        "another-scheme" => &[
            ("GET", "https://{host}/allowed"),
            ("GET", "ftp://{host}/allowed"),
            ("GET", "file:///etc/passwd"),
            ("GET", "gopher://{host}/allowed"),
            ("GET", "unix://{host}/allowed"),
        ],
        "another-path" => &[
            ("GET", "{origin}/"),
            ("GET", "{origin}/Allowed"),
            ("GET", "{origin}/allowed/"),
            ("GET", "{origin}//allowed"),
            ("GET", "{origin}/allowed/more"),
            ("GET", "{origin}/allowed;x=y"),
            ("GET", "{origin}/any/"),
            ("GET", "{origin}/any/one/more"),
            ("GET", "{origin}/any//"),
        ],
        "another-method" => &[
            ("DELETE", "{origin}/allowed"),
            ("POST", "{origin}/allowed"),
            ("HEAD", "{origin}/allowed"),
            ("OPTIONS", "{origin}/allowed"),
            ("TRACE", "{origin}/allowed"),
            ("CONNECT", "{origin}/allowed"),
            ("get", "{origin}/allowed"),
            ("GETT", "{origin}/allowed"),
        ],
        "change-during-sync" => &[("POST", "{origin}/change")],
        "user-info" => &[
            ("GET", "http://admin@{host}/allowed"),
            ("GET", "http://admin:open-sesame@{host}/allowed"),
            ("GET", "http://{host}@127.0.0.1:9/allowed"),
            ("GET", "http://{host}%40example.com/allowed"),
        ],
        "dot-segments" => &[
            ("GET", "{origin}/any/../hidden"),
            ("GET", "{origin}/any/%2e%2e/hidden"),
            ("GET", "{origin}/any/.%2E/hidden"),
            ("GET", "{origin}/allowed/../hidden"),
            ("GET", "{origin}/any/one/../../hidden"),
            ("GET", "{origin}/any\\..\\hidden"),
            ("GET", "{origin}/any/.."),
            ("GET", "{origin}/any/%2e%2e"),
        ],
        "encodings" => &[
            ("GET", "{origin}/any/a%2Fb"),
            ("GET", "{origin}/any/a%5Cb"),
            ("GET", "{origin}/any/%252e%252e"),
            ("GET", "{origin}/any/a%252Fb"),
            ("GET", "{origin}/any/a%00b"),
            ("GET", "{origin}/any/a%0D%0Ab"),
            ("GET", "{origin}/any/%"),
            ("GET", "{origin}/allowed%2F..%2Fhidden"),
            ("GET", "{origin}/allowed%23"),
            ("GET", "{origin}/allowed%3F"),
            ("GET", "{origin}/allowed%20"),
        ],
        "metadata" => &[
            ("GET", "http://169.254.169.254/latest/meta-data/"),
            ("PUT", "http://169.254.169.254/latest/api/token"),
            ("GET", "http://metadata.google.internal/computeMetadata/v1/"),
            ("GET", "http://[fd00:ec2::254]/latest/meta-data/"),
            ("GET", "http://100.100.100.200/latest/meta-data/"),
        ],
        // The test writes the address in many ways.
        "special-address" => &[("GET", "{elsewhere}/allowed")],
        "smuggled-line" => &[
            ("GET /hidden HTTP/1.1\r\nx:", "{origin}/allowed"),
            ("GET", "{origin}/allowed HTTP/1.1\r\nx-evil: 1"),
            ("GET", "{origin}/allowed\r\n\r\nGET /hidden HTTP/1.1\r\n"),
            ("GET", "{origin}/allowed\nx-evil: 1"),
            ("GET", "http://{host}\r\nx-evil: 1/allowed"),
        ],
        _ => return None,
    })
}

/// Headers that would fool somebody about the request.
const FOOLING: [Header; 16] = [
    ("transfer-encoding", b"chunked"),
    ("Transfer-Encoding", b"identity, chunked"),
    ("connection", b"close, x-secret"),
    ("keep-alive", b"timeout=1000"),
    ("proxy-connection", b"keep-alive"),
    ("proxy-authorization", b"Basic Og=="),
    ("te", b"trailers"),
    ("trailer", b"x-late"),
    ("upgrade", b"h2c"),
    ("http2-settings", b"AAMAAABk"),
    ("expect", b"100-continue"),
    ("forwarded", b"for=127.0.0.1"),
    ("x-forwarded-host", b"localhost"),
    ("x-http-method-override", b"DELETE"),
    ("x-original-url", b"/hidden"),
    ("x-rewrite-url", b"/hidden"),
];

/// Headers that are none.
const BROKEN: [Header; 7] = [
    ("x-a", b"1\r\nx-evil: 1"),
    ("x-a", b"1\nx-evil: 1"),
    ("x-a", b"1\0"),
    ("x-a\r\nx-evil", b"1"),
    ("x-evil: 1\r\nx-a", b"1"),
    (":authority", b"localhost"),
    ("x a", b"1"),
];

/// Headers that say another thing than the request.
const CONTRADICTING: [Header; 3] = [
    ("host", b"hidden.example"),
    ("content-length", b"1000"),
    ("Host", b"127.0.0.1"),
];

/// Sends all requests of an attack, and lists what of it got through.
pub async fn try_all(page: Page, requests: &[(&str, &str)]) -> End {
    let mut results = Vec::new();
    for (method, url) in requests {
        let url = filled(url).await;
        results.push((url.clone(), wire::send(method, &url, &[], Vec::new()).await));
    }
    end(page, results).await
}

/// Sends a request with each of the headers that would fool somebody.
pub async fn fool(page: Page) -> End {
    let url = filled("{origin}/allowed").await;
    let mut results = Vec::new();
    for header in FOOLING {
        let sent = wire::send("GET", &url, &[header], Vec::new()).await;
        results.push((header.0.to_owned(), sent));
    }
    end(page, results).await
}

/// Sends a request with each of the headers that are none.
pub async fn break_lines(page: Page) -> End {
    let url = filled("{origin}/allowed").await;
    let mut results = Vec::new();
    for header in BROKEN {
        let sent = wire::send("GET", &url, &[header], Vec::new()).await;
        results.push((format!("{:?}", header.0), sent));
    }
    end(page, results).await
}

/// Sends a request with headers that contradict it.
pub async fn contradict(page: Page) -> End {
    let url = filled("{origin}/search").await;
    let sent = wire::send("POST", &url, &CONTRADICTING, b"short".to_vec()).await;
    end(page, vec![(url, sent)]).await
}

/// Goes wherever the answer to an allowed request sends it.
pub async fn follow(page: Page) -> End {
    let url = filled("{origin}/allowed").await;
    let response = wire::send("GET", &url, &[], Vec::new())
        .await
        .map_err(Error::Unavailable)?;
    let location = response.get_headers().get("location");
    let location = String::from_utf8_lossy(&location.concat()).into_owned();
    let sent = wire::send("GET", &location, &[], Vec::new()).await;
    end(page, vec![(location, sent)]).await
}

/// Asks the host to keep methods and hosts of a megabyte.
pub async fn be_long() -> End {
    let url = filled("{origin}/allowed").await;
    let long = "A".repeat(1 << 20);
    let host = format!("http://{long}/allowed");
    for (method, url) in [(long.as_str(), url.as_str()), ("GET", &host)] {
        if wire::request(method, url, &[]).is_ok() {
            return Ok(None);
        }
    }
    Err(Error::Internal("nothing of a megabyte is kept".to_owned()))
}

type Sent = (
    String,
    Result<spin_sdk::wasip3::http::types::Response, String>,
);

/// A failure, unless something got through.
async fn end(mut page: Page, results: Vec<Sent>) -> End {
    let mut found = Vec::new();
    let mut last = String::new();
    for (what, result) in &results {
        match result {
            Ok(response) => {
                let status = response.get_status_code().to_string();
                found.push((what.as_str(), status));
            }
            Err(why) => last.clone_from(why),
        }
    }
    match found.is_empty() {
        true => Err(Error::PermissionDenied(format!(
            "nothing got through: {last}"
        ))),
        false => page.tell("Got through", &found).await,
    }
}

/// A URL with the settings filled in.
pub async fn filled(url: &str) -> String {
    let mut filled = url.to_owned();
    for name in ["origin", "elsewhere", "canary"] {
        let value = setting(name).await;
        filled = filled.replace(&format!("{{{name}}}"), &value);
        if name == "origin" {
            filled = filled.replace("{host}", value.trim_start_matches("http://"));
        }
    }
    filled
}
