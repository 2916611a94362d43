//! What can go wrong on the way.

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
    /// Carries the request out, then answers with this status and a body of this kind.
    Acted(u16, ErrorBody),
    /// Waits until so many requests have met this fault, and carries them all out then: what has
    /// been read before one of them is old by the time the others work.
    Together(usize),
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
    /// A SCIM error that repeats the token and the body of the request.
    Echo,
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
