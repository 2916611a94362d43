//! What goes wrong, and how often.

use super::state::State;
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use tonic::Code;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Hello,
    GetTask,
    Heartbeat,
    FinishTask,
    UploadAsset,
}

impl Method {
    pub(super) const ALL: [Method; 5] = [
        Method::Hello,
        Method::GetTask,
        Method::Heartbeat,
        Method::FinishTask,
        Method::UploadAsset,
    ];

    /// As it is called in the definitions.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hello => "Hello",
            Self::GetTask => "GetTask",
            Self::Heartbeat => "Heartbeat",
            Self::FinishTask => "FinishTask",
            Self::UploadAsset => "UploadAsset",
        }
    }
}

/// A request for a token that does not get what it should.
#[derive(Debug, Clone)]
pub enum TokenFault {
    /// This status.
    Status(u16),
    /// 200, and this body.
    Body(&'static str),
    /// A token that works, of which this is said to be how long it does.
    ExpiresIn(Value),
    /// A token, after this time.
    Slow(Duration),
    /// The connection breaks.
    Cut,
    /// No answer comes, ever.
    Hang,
}

/// A call that does not get the answer that it should.
#[derive(Debug, Clone, Copy)]
pub enum CallFault {
    /// This code, before anything is done.
    Refuse(Code),
    /// The connection breaks before anything is done.
    CutBefore,
    /// The connection breaks when it is done: the answer is lost.
    CutAfter,
    /// This code, although it is done.
    Acted(Code),
    /// The answer, after this time.
    Slow(Duration),
    /// No answer comes, ever.
    Hang,
}

/// Everything that is to go wrong. What is not in here goes well.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// For the first requests for a token.
    pub tokens: VecDeque<TokenFault>,
    /// For the first calls of a method.
    pub calls: BTreeMap<Method, VecDeque<CallFault>>,
    /// For any call: this share of them, 0 to 1, fails in one way or another.
    pub share: f64,
    /// Uploads are cut off after so many bytes, one by one.
    pub cut_uploads: VecDeque<usize>,
}

impl Faults {
    /// The first calls of a method fail like this.
    #[must_use]
    pub fn calls(method: Method, faults: &[CallFault]) -> Self {
        Self {
            calls: [(method, faults.iter().copied().collect())].into(),
            ..Self::default()
        }
    }

    /// The first requests for a token fail like this.
    #[must_use]
    pub fn tokens(faults: &[TokenFault]) -> Self {
        Self {
            tokens: faults.iter().cloned().collect(),
            ..Self::default()
        }
    }
}

/// Codes that a server answers with on a bad day, and that mean: try again.
const PASSING: [Code; 6] = [
    Code::Unavailable,
    Code::ResourceExhausted,
    Code::Aborted,
    Code::Internal,
    Code::Unknown,
    Code::DeadlineExceeded,
];

impl State {
    /// What befalls the next call of a method.
    pub(super) fn next_fault(&mut self, method: Method) -> Option<CallFault> {
        let scripted = self.settings.faults.calls.get_mut(&method);
        if let Some(fault) = scripted.and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        if self.random.f64() >= self.settings.faults.share {
            return None;
        }
        let code = self.random.choice(PASSING)?;
        Some(match self.random.u8(0..8) {
            0 => CallFault::CutBefore,
            1 => CallFault::CutAfter,
            2 => CallFault::Acted(code),
            _ => CallFault::Refuse(code),
        })
    }
}
