//! What can go wrong on the way: faults, and the scripts that say when.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

/// One thing that goes wrong with one request.
///
/// The first group replaces the answer, and the request has no effect (it is not carried out);
/// the second carries the request out and spoils the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fault {
    /// Nothing: this request is served. A place holder in a script.
    #[default]
    None,

    /// Answers with this status and a body of this kind.
    Status(u16, ErrorBody),
    /// Answers 429.
    TooManyRequests(RetryAfter),
    /// Answers 503, which may name a time to come back as well.
    Unavailable(RetryAfter),
    /// Answers with this status and this `Location`.
    Redirect(u16, String),
    /// Answers 200 with a web page.
    Html,
    /// Answers 200 with JSON of another shape than the one documented.
    Shape(Shape),
    /// Answers 200 with exactly these bytes as the body, said to be of the right type.
    Body(Vec<u8>),
    /// Answers 200 and sends accounts for ever, correctly so far as they go.
    EndlessAccounts,
    /// Answers 200 and sends an account's display name for ever.
    EndlessString,
    /// Answers 200 with some kilobytes of gzip that inflate to an account with a name of this
    /// many bytes, whatever the request accepts.
    GzipBomb(u64),
    /// Sends bytes that are not HTTP, and closes the connection.
    NotHttp,
    /// Resets the connection (RST) instead of answering.
    Reset,
    /// Closes the connection (FIN) instead of answering.
    Close,
    /// Never answers.
    Hang,

    /// Carries the request out, then resets the connection instead of answering.
    Lost,
    /// Answers after this time.
    Delay(Duration),
    /// Answers with one byte of the body each time this much time has passed.
    Trickle(Duration),
    /// Drops the connection after this many bytes of the body, although more were promised.
    CutBody(u64),
    /// Sends this many bytes of the body and then nothing, with the connection open.
    HangMidBody(u64),
    /// Ends the body after this many bytes, in an HTTP response that is complete.
    Truncated(u64),
    /// Adds a header of this many bytes.
    HugeHeader(usize),
    /// Says that the body is of this type; the body stays what it is.
    ContentType(String),
}

/// The body that comes with an error status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorBody {
    /// A SCIM error.
    #[default]
    Scim,
    /// The error response of the rest of the API.
    Odin,
    /// None.
    Empty,
    /// The web page of a proxy.
    Html,
    /// JSON of a shape that is documented nowhere.
    Other,
}

/// When to come back, as `Retry-After` says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RetryAfter {
    /// The header is absent.
    #[default]
    Absent,
    /// In so many seconds.
    Seconds(u64),
    /// At the date so many seconds from now; the date has whole seconds.
    Date(u64),
    /// Any text.
    Text(String),
}

/// JSON that parses but is not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[]`
    Array,
    /// `{}`
    EmptyObject,
    /// A list response that counts three accounts and has no `Resources`.
    NoResources,
    /// A list response that counts three accounts and whose `Resources` are `null`.
    NullResources,
    /// A list response whose `Resources` are an object.
    ObjectResources,
    /// A list response with two lists of `Resources`, each of one account.
    TwoResources,
    /// A number.
    Number,
    /// A string.
    Text,
    /// `null`
    Null,
    /// Twenty thousand arrays, each inside the one before.
    Deep,
    /// A SCIM error, with the status 200.
    Error,
}

impl Shape {
    pub(super) fn body(self) -> String {
        let list = |resources: Value| json!({"schemas": [super::LIST_RESPONSE], "totalResults": 3, "Resources": resources});
        match self {
            Shape::Array => "[]".into(),
            Shape::EmptyObject => "{}".into(),
            Shape::NoResources => {
                json!({"schemas": [super::LIST_RESPONSE], "totalResults": 3}).to_string()
            }
            Shape::NullResources => list(Value::Null).to_string(),
            Shape::ObjectResources => list(json!({"id": "49c398b12b"})).to_string(),
            Shape::TwoResources => concat!(
                r#"{"totalResults":2,"Resources":[{"id":"1","userName":"a@b.example"}],"#,
                r#""Resources":[{"id":"2","userName":"b@b.example"}]}"#
            )
            .into(),
            Shape::Number => "17".into(),
            Shape::Text => "\"maintenance\"".into(),
            Shape::Null => "null".into(),
            Shape::Deep => "[".repeat(20_000) + &"]".repeat(20_000),
            Shape::Error => super::answers::scim_error_body(500, None, "Out to lunch").to_string(),
        }
    }
}

/// Which faults befall the requests to one endpoint: some in order, then one for ever or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    queue: VecDeque<Fault>,
    ever_after: Fault,
}

impl Script {
    /// The same fault for every request.
    pub fn forever(fault: Fault) -> Script {
        Script {
            queue: VecDeque::new(),
            ever_after: fault,
        }
    }

    /// The same fault for so many requests.
    pub fn times(times: usize, fault: Fault) -> Script {
        vec![fault; times].into()
    }

    /// One more fault after those in order.
    pub fn then(mut self, fault: Fault) -> Script {
        self.queue.push_back(fault);
        self
    }

    /// The same fault for every request after those in order.
    pub fn then_forever(mut self, fault: Fault) -> Script {
        self.ever_after = fault;
        self
    }

    pub(super) fn next(&mut self) -> Fault {
        self.queue
            .pop_front()
            .unwrap_or_else(|| self.ever_after.clone())
    }
}

impl From<Fault> for Script {
    fn from(fault: Fault) -> Script {
        vec![fault].into()
    }
}

impl From<Vec<Fault>> for Script {
    fn from(faults: Vec<Fault>) -> Script {
        Script {
            queue: faults.into(),
            ever_after: Fault::None,
        }
    }
}

impl<const N: usize> From<[Fault; N]> for Script {
    fn from(faults: [Fault; N]) -> Script {
        Vec::from(faults).into()
    }
}

/// The script of each endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// `POST /auth`
    pub auth: Script,
    /// `GET …/Users`
    pub list: Script,
    /// `GET …/Users/{id}`
    pub lookup: Script,
    /// `POST …/Users`
    pub create: Script,
    /// `PATCH …/Users/{id}`
    pub patch: Script,
}

impl Faults {
    /// Faults of `POST /auth` alone.
    pub fn auth(script: impl Into<Script>) -> Faults {
        Faults {
            auth: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `GET …/Users` alone.
    pub fn list(script: impl Into<Script>) -> Faults {
        Faults {
            list: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `GET …/Users/{id}` alone.
    pub fn lookup(script: impl Into<Script>) -> Faults {
        Faults {
            lookup: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `POST …/Users` alone.
    pub fn create(script: impl Into<Script>) -> Faults {
        Faults {
            create: script.into(),
            ..Faults::default()
        }
    }

    /// Faults of `PATCH …/Users/{id}` alone.
    pub fn patch(script: impl Into<Script>) -> Faults {
        Faults {
            patch: script.into(),
            ..Faults::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_used_up_in_order() {
        let mut script = Script::times(2, Fault::Reset)
            .then(Fault::None)
            .then(Fault::Html);
        let taken: Vec<_> = (0..5).map(|_| script.next()).collect();
        assert_eq!(
            taken,
            [
                Fault::Reset,
                Fault::Reset,
                Fault::None,
                Fault::Html,
                Fault::None
            ]
        );
        let mut script = Script::from([Fault::Hang]).then_forever(Fault::Close);
        assert_eq!(
            [script.next(), script.next(), script.next()],
            [Fault::Hang, Fault::Close, Fault::Close]
        );
    }
}
