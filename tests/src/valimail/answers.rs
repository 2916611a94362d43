//! What an answer is before it is sent, and the error bodies of the API.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Value, json};

use super::faults::{ErrorBody, Fault, RetryAfter};
use super::generated::Template;
use super::json::Layout;
use super::log::Request;
use super::source::{self, Maker};

/// The type of SCIM's bodies.
pub(super) const SCIM_JSON: &str = "application/scim+json";
/// The type of all other bodies.
pub(super) const JSON: &str = "application/json";

const WEB_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\
    <body><h1>Bad Gateway</h1><p>The upstream server is &lt;unhappy&gt;.</p></body></html>\n";

/// An answer before it is sent.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Maker,
    /// Whether the length is told beforehand.
    pub(super) measured: bool,
    /// Whether it may be compressed: not if it already is.
    pub(super) compressible: bool,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
        Answer {
            headers: vec![("content-type", content_type.into())],
            ..Answer::bare(status, source::whole(body))
        }
    }

    /// An answer whose body has no known end.
    pub(super) fn streamed(body: Maker) -> Answer {
        Answer {
            headers: vec![("content-type", SCIM_JSON.into())],
            measured: false,
            ..Answer::bare(200, body)
        }
    }

    pub(super) fn empty(status: u16) -> Answer {
        Answer::bare(status, source::whole(Bytes::new()))
    }

    pub(super) fn with(mut self, header: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((header, value.into()));
        self
    }

    fn bare(status: u16, body: Maker) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body,
            measured: true,
            compressible: true,
        }
    }

    /// The answer that a fault puts in the place of the true one, if it does.
    pub(super) fn instead(fault: &Fault, request: &Request) -> Option<Answer> {
        Some(match fault {
            Fault::Status(status, body) => error(*status, *body, request),
            Fault::TooManyRequests(retry_after) => {
                error(429, ErrorBody::Odin, request).with_retry_after(retry_after)
            }
            Fault::Unavailable(retry_after) => {
                error(503, ErrorBody::Odin, request).with_retry_after(retry_after)
            }
            Fault::Redirect(status, location) => Answer::empty(*status).with("location", location),
            Fault::Html => Answer::new(200, "text/html; charset=utf-8", WEB_PAGE),
            Fault::Shape(shape) => Answer::new(200, SCIM_JSON, shape.body()),
            Fault::Body(bytes) => Answer::new(200, SCIM_JSON, bytes.clone()),
            Fault::EndlessAccounts => Answer::streamed(endless_accounts()),
            Fault::EndlessString => Answer::streamed(source::endless(
                NAME_BEGINNING.into(),
                "round and round it goes, ".repeat(1000).into_bytes(),
            )),
            Fault::GzipBomb(inflated) => Answer {
                compressible: false,
                ..Answer::streamed(source::gzip_bomb(
                    NAME_BEGINNING.as_bytes(),
                    *inflated,
                    b"\"}]}",
                ))
                .with("content-encoding", "gzip")
            },
            _ => return None,
        })
    }

    /// What a fault makes of the true answer.
    pub(super) fn spoiled(self, fault: &Fault, request: &Request) -> Answer {
        match fault {
            Fault::Acted(status, body) => error(*status, *body, request),
            _ => self,
        }
    }

    fn with_retry_after(self, retry_after: &RetryAfter) -> Answer {
        match retry_after {
            RetryAfter::Absent => self,
            RetryAfter::Seconds(seconds) => self.with("retry-after", seconds.to_string()),
            RetryAfter::Date(seconds) => {
                let then = SystemTime::now() + Duration::from_secs(*seconds);
                self.with("retry-after", httpdate::fmt_http_date(then))
            }
            RetryAfter::Text(text) => self.with("retry-after", text),
        }
    }
}

const NAME_BEGINNING: &str = concat!(
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"#,
    r#""Resources":[{"id":"0ddba11000","userName":"long@larkspurfreight.example","displayName":""#
);

/// A list that goes on for ever, with accounts that differ.
fn endless_accounts() -> Maker {
    struct EndlessAccounts(Template, u64);
    impl source::Source for EndlessAccounts {
        fn fill(&mut self, out: &mut Vec<u8>) -> bool {
            out.extend_from_slice(if self.1 == 0 {
                concat!(
                    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"#,
                    r#""totalResults":9007199254740991,"Resources":["#
                )
                .as_bytes()
            } else {
                b","
            });
            self.0.write(self.1, out);
            self.1 += 1;
            true
        }
    }
    std::rc::Rc::new(|| Box::new(EndlessAccounts(Template::new(Layout::Compact), 0)))
}

/// An error as the SCIM API answers it.
pub(super) fn scim_error(status: u16, scim_type: Option<&str>, detail: &str) -> Answer {
    Answer::new(
        status,
        SCIM_JSON,
        scim_error_body(status, scim_type, detail).to_string(),
    )
}

pub(super) fn scim_error_body(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(),
    });
    if let Some(scim_type) = scim_type {
        body["scimType"] = scim_type.into();
    }
    body["detail"] = detail.into();
    body
}

/// An error as the rest of the API answers it.
pub(super) fn odin_error(status: u16, kind: &str, message: &str) -> Answer {
    let body = json!({
        "request": "",
        "message": message,
        "type": kind,
        "request-id": "7d1c0a52-5a1e-4c0e-8a3f-9b4e6f20d871",
        "call": "api",
        "status": status.to_string(),
    });
    Answer::new(status, JSON, body.to_string())
}

/// What is wrong with one field of a request, as `/auth` answers it. It repeats what was sent.
pub(super) fn validation_error(field: &str, value: &str, message: &str) -> Answer {
    let body = json!({
        "params": "body",
        "detail": [{"field": field, "value": value, "message": message}],
    });
    Answer::new(400, JSON, body.to_string())
}

fn error(status: u16, body: ErrorBody, request: &Request) -> Answer {
    let detail = match status {
        401 => "Unauthorized",
        403 => "Not authorized to access this account",
        429 => "Rate limit exceeded",
        500 => "An internal error occurred. Please contact support with reference: 5eafa17e",
        _ => "Something is not as it should be",
    };
    match body {
        ErrorBody::Scim => scim_error(status, (status == 401).then_some("unauthorized"), detail),
        ErrorBody::Odin => odin_error(status, "", detail),
        ErrorBody::Echo => {
            let bearer = request.bearer().unwrap_or_default();
            let detail = format!("Who is {bearer}, and what is {}?", request.text);
            scim_error(status, None, &detail)
        }
        ErrorBody::Empty => Answer::empty(status),
        ErrorBody::Html => Answer::new(status, "text/html; charset=utf-8", WEB_PAGE),
        ErrorBody::Other => Answer::new(status, JSON, r#"[{"error": {"code": 17}}, "sorry"]"#),
    }
}
