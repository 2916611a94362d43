//! What was asked of the stand-in.

use std::time::Instant;

use serde_json::Value;

use super::faults::Fault;

/// Which operation a request meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /auth`
    Auth,
    /// `GET …/Users`
    List,
    /// `GET …/Users/{id}`
    Lookup,
    /// `POST …/Users`
    Create,
    /// `PATCH …/Users/{id}`
    Patch,
    /// None of these.
    Other,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it meant.
    pub endpoint: Endpoint,
    /// The method.
    pub method: String,
    /// The path as it came, without the query.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came, read as UTF-8.
    pub text: String,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// The status answered; none if there was no answer, or is none yet.
    pub status: Option<u16>,
    /// What went wrong on purpose.
    pub fault: Fault,
    /// When it came.
    pub at: Instant,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The bearer token that came with it.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }
}
