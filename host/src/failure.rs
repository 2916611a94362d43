//! What a run ends with when it does not end well.

use crate::{
    contract::types,
    sandbox::{Variables, printable},
};
use std::{fmt, process::ExitCode};

/// What kind of failure it was: a gRPC status, as Baton's connectors exit with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Interrupted by a signal.
    Canceled = 1,
    /// Anything that has no status of its own: flags, files, the terminal.
    Other = 2,
    /// Configuration or arguments make no sense.
    InvalidArgument = 3,
    /// Out of time.
    DeadlineExceeded = 4,
    /// What was asked for is not there.
    NotFound = 5,
    /// What was to be made is there already.
    AlreadyExists = 6,
    /// The credentials are good, but not for this.
    PermissionDenied = 7,
    /// Too large.
    ResourceExhausted = 8,
    /// Refused for safety, or not possible at present.
    FailedPrecondition = 9,
    /// Not in this version.
    Unimplemented = 12,
    /// A fault in the connector, or in the host.
    Internal = 13,
    /// The service does not answer, or asks to come back later.
    Unavailable = 14,
    /// The credentials are not accepted.
    Unauthenticated = 16,
}

/// Characters of an error message.
const MESSAGE: usize = 2000;

/// An error for people: what was tried, what came back, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What was tried and what came back, as a chain of causes.
    pub error: anyhow::Error,
    /// Advice, a sentence each.
    pub hints: Vec<String>,
}

/// What most functions of this program return.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure in words of our own.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            error: anyhow::anyhow!("{message}"),
            hints: Vec::new(),
        }
    }

    /// Wraps an error of a library.
    pub fn of(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self {
            kind,
            error: error.into(),
            hints: Vec::new(),
        }
    }

    /// Adds advice: a whole sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says what was being done when it happened.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display + Send + Sync + 'static) -> Self {
        self.error = self.error.context(context);
        self
    }

    /// Makes texts that a component has had a hand in fit to be shown: without the secrets of
    /// its configuration, on one line, and not too long.
    #[must_use]
    pub fn redacted(self, variables: &Variables) -> Self {
        let fit = |text: &str| -> String {
            let text = variables.redact(text);
            text.chars().map(printable).take(MESSAGE).collect()
        };
        let text = format!("{:#}", self.error);
        Self {
            kind: self.kind,
            hints: self.hints.iter().map(|hint| fit(hint)).collect(),
            error: match fit(&text) {
                same if same == text => self.error,
                fit => anyhow::Error::msg(fit),
            },
        }
    }

    /// The number of the kind.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl From<types::Error> for Failure {
    /// Takes a component's words, as far as they can ever be shown. They are not fit to be shown before [`Failure::redacted`].
    fn from(error: types::Error) -> Self {
        use types::Error;
        let (kind, mut message) = match error {
            Error::Unauthenticated(m) => (Kind::Unauthenticated, m),
            Error::PermissionDenied(m) => (Kind::PermissionDenied, m),
            Error::NotFound(m) => (Kind::NotFound, m),
            Error::AlreadyExists(m) => (Kind::AlreadyExists, m),
            Error::InvalidArgument(m) => (Kind::InvalidArgument, m),
            Error::FailedPrecondition(m) => (Kind::FailedPrecondition, m),
            Error::RateLimited(limit) => {
                let message = match limit.retry_after_milliseconds {
                    Some(wait) => {
                        format!(
                            "{}; it asks to wait {} s",
                            limit.message,
                            wait.div_ceil(1000)
                        )
                    }
                    None => limit.message,
                };
                (Kind::Unavailable, message)
            }
            Error::Unavailable(m) => (Kind::Unavailable, m),
            Error::Internal(m) => (Kind::Internal, m),
        };
        message.truncate(message.floor_char_boundary(4 * MESSAGE));
        Self::new(kind, message)
    }
}
