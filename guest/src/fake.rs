//! A Valimail for tests: it expects the requests of a script, in order, and answers as the script
//! says. Signing in goes without saying.

use crate::{
    client::Client,
    contract::identity::connector::types::Error,
    refusal,
    scim::EXTENSION,
    settings::Settings,
    transport::{Body, Failure, Transport},
};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    rc::Rc,
    time::Duration,
};

const ORIGIN: &str = "https://valimail.test";
/// The configured credentials and the token. Whatever answers repeat them, no message may.
pub const APP_ID: &str = "the-app-id";
pub const CLIENT_ID: &str = "the-client-id";
pub const TOKEN: &str = "the-token";

/// A request, and what comes back.
pub struct Step {
    /// Such as `GET Users?filter=id eq "u-1"`.
    request: String,
    answer: Answer,
}

pub enum Answer {
    Reply {
        status: u16,
        body: String,
        cut: bool,
    },
    None(Failure),
}

/// What has been sent.
pub struct Sent {
    pub request: String,
    pub body: Value,
    pub headers: http::HeaderMap,
}

#[derive(Clone)]
pub struct Fake(Rc<State>);

struct State {
    script: RefCell<VecDeque<Step>>,
    sent: RefCell<Vec<Sent>>,
    pauses: Cell<usize>,
}

impl Drop for State {
    fn drop(&mut self) {
        let left: Vec<_> = self
            .script
            .borrow()
            .iter()
            .map(|s| s.request.clone())
            .collect();
        assert!(
            std::thread::panicking() || left.is_empty(),
            "never sent: {left:?}"
        );
    }
}

impl Fake {
    /// The requests that change something.
    pub fn changes(&self) -> Vec<(String, Value)> {
        let sent = self.0.sent.borrow();
        let changes = sent.iter().filter(|sent| !sent.request.starts_with("GET "));
        changes
            .map(|sent| (sent.request.clone(), sent.body.clone()))
            .filter(|(request, _)| request != "POST auth")
            .collect()
    }

    /// How often something has been sent.
    pub fn count(&self, request: &str) -> usize {
        let sent = self.0.sent.borrow();
        sent.iter().filter(|sent| sent.request == request).count()
    }

    pub fn last<R>(&self, look: impl FnOnce(&Sent) -> R) -> R {
        look(self.0.sent.borrow().last().expect("something was sent"))
    }

    pub fn pauses(&self) -> usize {
        self.0.pauses.get()
    }
}

/// A client of a service that follows a script.
pub fn service(script: impl IntoIterator<Item = Step>) -> (Client<Fake>, Fake) {
    service_with(script, false)
}

/// The same, with the setting `allow-last-owner`.
pub fn service_with(
    script: impl IntoIterator<Item = Step>,
    allow_last_owner: bool,
) -> (Client<Fake>, Fake) {
    let fake = Fake(Rc::new(State {
        script: RefCell::new(script.into_iter().collect()),
        sent: RefCell::default(),
        pauses: Cell::default(),
    }));
    let (app_id, client_id) = (APP_ID.to_owned(), CLIENT_ID.to_owned());
    let settings = Settings::new(app_id, client_id, "acme".to_owned(), ORIGIN);
    let mut settings = settings.expect("good settings");
    settings.allow_last_owner = allow_last_owner;
    (Client::new(fake.clone(), settings), fake)
}

impl Transport for Fake {
    type Body = Chunks;

    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Chunks>, Failure> {
        let (head, body) = request.into_parts();
        let url = percent_decode_str(&head.uri.to_string())
            .decode_utf8_lossy()
            .into_owned();
        let path = url.strip_prefix(ORIGIN).expect("a request to the service");
        let path = path.strip_prefix("/accounts/acme/scim/v2/").unwrap_or(path);
        let request = format!("{} {}", head.method, path.trim_start_matches('/'));
        self.0.sent.borrow_mut().push(Sent {
            request: request.clone(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            headers: head.headers,
        });
        let mut script = self.0.script.borrow_mut();
        let expected = script.front().map(|step| step.request.as_str());
        let answer = if request == "POST auth" && expected != Some("POST auth") {
            ok(json!({"token": TOKEN}))
        } else {
            assert_eq!(Some(request.as_str()), expected, "what was to be sent next");
            script.pop_front().expect("a step").answer
        };
        match answer {
            Answer::None(failure) => Err(failure),
            Answer::Reply { status, body, cut } => {
                let mut chunks = VecDeque::from([Ok(Bytes::from(body))]);
                if cut {
                    chunks.push_back(Err(lost()));
                }
                Ok(http::Response::builder()
                    .status(status)
                    .body(Chunks(chunks))
                    .expect("a response"))
            }
        }
    }

    async fn pause(&self, _: Duration) {
        self.0.pauses.set(self.0.pauses.get() + 1);
    }
}

pub struct Chunks(VecDeque<Result<Bytes, Failure>>);

impl Body for Chunks {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        self.0.pop_front().transpose()
    }
}

fn lost() -> Failure {
    Failure {
        refused: false,
        message: "connection reset".to_owned(),
    }
}

pub fn ok(body: Value) -> Answer {
    reply(200, body.to_string())
}

/// Just a status.
pub fn status(status: u16) -> Answer {
    reply(status, String::new())
}

/// A SCIM error.
pub fn refuses(status: u16, detail: &str) -> Answer {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
    let body = json!({"schemas": schemas, "status": status.to_string(), "detail": detail});
    reply(status, body.to_string())
}

pub fn reply(status: u16, body: String) -> Answer {
    Answer::Reply {
        status,
        body,
        cut: false,
    }
}

/// The head of an answer and half of its body.
pub fn cut_off(status: u16) -> Answer {
    Answer::Reply {
        status,
        body: r#"{"id":"#.to_owned(),
        cut: true,
    }
}

/// The connection breaks before there is an answer.
pub fn lost_connection() -> Answer {
    Answer::None(lost())
}

/// The host does not let it through.
pub fn held_back() -> Answer {
    Answer::None(Failure {
        refused: true,
        message: "HTTP-request-denied".to_owned(),
    })
}

pub fn list(users: &[Value]) -> Answer {
    ok(json!({"totalResults": users.len(), "Resources": users}))
}

pub fn step(request: impl Into<String>, answer: Answer) -> Step {
    Step {
        request: request.into(),
        answer,
    }
}

/// The list is asked for one user.
pub fn asked_for(id: &str, answer: Answer) -> Step {
    step(format!("GET Users?filter=id eq {id:?}"), answer)
}

/// The list is asked for one user, and has it.
pub fn found(user: &Value) -> Step {
    asked_for(id(user), list(std::slice::from_ref(user)))
}

/// There is no such user.
pub fn no_such(id: &str) -> [Step; 2] {
    [
        asked_for(id, list(&[])),
        step(format!("GET Users/{id}"), refuses(404, "User not found")),
    ]
}

/// The list is asked for a user name.
pub fn asked_for_name(name: &str, answer: Answer) -> Step {
    step(format!("GET Users?filter=userName eq {name:?}"), answer)
}

/// The whole list is read.
pub fn everybody(users: &[Value]) -> Step {
    step("GET Users", list(users))
}

pub fn patched(id: &str, answer: Answer) -> Step {
    step(format!("PATCH Users/{id}"), answer)
}

/// An active user.
pub fn user(id: &str, member_type: &str) -> Value {
    json!({
        "id": id,
        "userName": format!("{id}@example.com"),
        "active": true,
        EXTENSION: {"memberType": member_type},
    })
}

/// The same user with another value in one place.
pub fn but(mut user: Value, attribute: &str, value: impl Into<Value>) -> Value {
    user[attribute] = value.into();
    user
}

fn id(user: &Value) -> &str {
    user["id"].as_str().expect("an id")
}

/// The body of a change.
pub fn replace(path: &str, value: impl Into<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": path, "value": value.into()}],
    })
}

/// Runs something to its end.
pub fn run<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}

/// The kind of an error and its message, which tells no secret.
pub fn error<R: fmt::Debug>(result: Result<R, Error>) -> (&'static str, String) {
    let error = result.expect_err("this cannot work");
    let message = refusal::message(&error).to_owned();
    for secret in [APP_ID, CLIENT_ID, TOKEN] {
        assert!(!message.contains(secret), "{message}");
    }
    let kind = match error {
        Error::Unauthenticated(_) => "unauthenticated",
        Error::PermissionDenied(_) => "permission-denied",
        Error::NotFound(_) => "not-found",
        Error::AlreadyExists(_) => "already-exists",
        Error::InvalidArgument(_) => "invalid-argument",
        Error::FailedPrecondition(_) => "failed-precondition",
        Error::RateLimited(_) => "rate-limited",
        Error::Unavailable(_) => "unavailable",
        Error::Internal(_) => "internal",
    };
    (kind, message)
}

/// That a result is an error of this kind, which says all of this.
#[track_caller]
pub fn assert_error<R: fmt::Debug>(result: Result<R, Error>, kind: &str, says: &[&str]) {
    let (actual, message) = error(result);
    assert_eq!(actual, kind, "{message}");
    for part in says {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}
