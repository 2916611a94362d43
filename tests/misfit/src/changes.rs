//! The table of behaviours when something is to be changed.
//!
//! In each of the four operations a connector reads, sends one request that changes something,
//! and answers. These are the ways in which that can go wrong.

use crate::{
    contract::identity::connector::types::{Attribute, Error, RateLimit, Value},
    crash,
    product::{self, Request},
    talk,
};
use serde_json::json;

/// Behaviours that concern changes, beside those that answer oddly: these are where the answers
/// are made.
pub const BEHAVIOURS: [&str; 34] = [
    "already",
    "no-change",
    "two-changes",
    "many-changes",
    "read-after-change",
    "foreign-change",
    "foreign-change-ignored",
    "shared-change",
    "undeclared-change",
    "change-as-read",
    "trap-before-change",
    "never-answer-before-change",
    "trap-after-change",
    "panic-after-change",
    "never-answer-after-change",
    "error-after-change",
    "error-unauthenticated",
    "error-permission-denied",
    "error-not-found",
    "error-already-exists",
    "error-invalid-argument",
    "error-failed-precondition",
    "error-rate-limited",
    "error-unavailable",
    "error-internal",
    "secret-in-request",
    "secret-elsewhere",
    "secret-in-account",
    "names-of-secrets",
    "text-as-body",
    "form-as-body",
    "disguise-in-body",
    "undescribed-answer",
    "action-required",
];

/// What happens before anything has been asked for.
pub async fn begin(behaviour: &str) -> Result<(), Error> {
    let message = || "it does not want to".to_owned();
    Err(match behaviour {
        "trap-before-change" => crash::trap(),
        "never-answer-before-change" => crash::wait().await,
        "secret-in-error" => talk::failure(&talk::secret().await),
        "error-unauthenticated" => Error::Unauthenticated(message()),
        "error-permission-denied" => Error::PermissionDenied(message()),
        "error-not-found" => Error::NotFound(message()),
        "error-already-exists" => Error::AlreadyExists(message()),
        "error-invalid-argument" => Error::InvalidArgument(message()),
        "error-failed-precondition" => Error::FailedPrecondition(message()),
        "error-rate-limited" => Error::RateLimited(RateLimit {
            message: message(),
            retry_after_milliseconds: Some(1500),
        }),
        "error-unavailable" => Error::Unavailable(message()),
        "error-internal" => Error::Internal(message()),
        _ => return Ok(()),
    })
}

/// Sends the request that changes something, in the way that is asked for.
pub async fn carry_out(behaviour: &str, request: Request) -> Result<(), Error> {
    match behaviour {
        "no-change" => return Ok(()),
        "two-changes" => {
            product::send(&request).await?;
            let path = format!("{}?again", request.path);
            return product::send(&Request { path, ..request }).await;
        }
        "many-changes" => {
            for _ in 0..200 {
                product::send(&request).await?;
            }
            return Ok(());
        }
        "foreign-change" => return product::send(&foreign(request)).await,
        "foreign-change-ignored" => {
            let _ = product::send(&foreign(request)).await;
            return Ok(());
        }
        "shared-change" => {
            let shared = Request {
                method: "POST",
                path: "/change".to_owned(),
                ..request
            };
            return product::send(&shared).await;
        }
        "undeclared-change" => {
            let path = "/elsewhere".to_owned();
            return product::send(&Request { path, ..request }).await;
        }
        "change-as-read" => {
            let read = Request {
                method: "POST",
                path: "/search".to_owned(),
                ..request
            };
            return product::send(&read).await;
        }
        _ => {}
    }
    product::send(&spoiled(behaviour, request).await).await?;
    match behaviour {
        "read-after-change" => {
            let read = Request {
                method: "GET",
                path: "/resources/user/u1".to_owned(),
                body: String::new(),
            };
            product::send(&read).await
        }
        "trap-after-change" => crash::trap(),
        "panic-after-change" => panic!("it is too much"),
        "never-answer-after-change" => crash::wait().await,
        "error-after-change" => Err(talk::failure("the answer")),
        _ => Ok(()),
    }
}

/// A request that is declared for another operation.
fn foreign(request: Request) -> Request {
    let (method, path) = match request.method {
        "PUT" => ("POST", "/accounts"),
        _ => ("PUT", "/grants/group:g1:member:user:u3"),
    };
    Request {
        method,
        path: path.to_owned(),
        ..request
    }
}

/// The request with something odd in it.
async fn spoiled(behaviour: &str, request: Request) -> Request {
    let secret = talk::secret().await;
    let body = match behaviour {
        "secret-in-request" => {
            let path = format!("{}?key={secret}", request.path);
            let body =
                json!({ "note": format!("it is {secret}."), (secret.as_str()): [secret.as_str()] });
            let body = body.to_string();
            return Request {
                path,
                body,
                ..request
            };
        }
        "secret-elsewhere" => {
            let path = "/elsewhere".to_owned();
            let body = json!({ "key": secret }).to_string();
            return Request {
                path,
                body,
                ..request
            };
        }
        "names-of-secrets" => json!({
            "password": "one-fish",
            "newPassword": { "value": "two-fish" },
            "access_tokens": ["red-fish", "blue-fish"],
            "nested": [{ "CLIENT_SECRET": 4711 }],
            "passport": "P-1",
        })
        .to_string(),
        "text-as-body" => format!("what=it&who={secret}"),
        "form-as-body" => format!("what=it&who={}", encoded(&secret)),
        // A JSON text may hold these characters as they are.
        "disguise-in-body" => "{\"note\": \"a\u{9b}2J\u{202e}b\"}".to_owned(),
        _ => request.body,
    };
    Request { body, ..request }
}

/// A value of a form, in which nothing but letters and digits stands for itself.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// Attributes as a JSON object.
pub fn written(attributes: &[Attribute]) -> serde_json::Value {
    let attributes = attributes.iter().map(|attribute| {
        let value = match &attribute.value {
            Value::Text(text) => json!(text),
            Value::Number(number) => json!(number),
            Value::Flag(flag) => json!(flag),
            Value::Texts(texts) => json!(texts),
        };
        (attribute.name.clone(), value)
    });
    serde_json::Value::Object(attributes.collect())
}
