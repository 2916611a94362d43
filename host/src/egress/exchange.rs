//! What there is to tell of one attempt of a request, allowed or not.

use super::{operation::Operation, refusal::Refusal};
use http::Method;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Instant, SystemTime},
};

/// One attempt of a request, from its beginning to the end of its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When it began.
    pub began: SystemTime,
    /// What the component was called for.
    pub operation: Operation,
    pub method: Method,
    /// As it was decided on; placeholders stand in it, no secrets.
    pub url: String,
    pub verdict: Verdict,
    /// The rule that decided, if one did.
    pub rule: Option<String>,
    /// Why it was refused, or has failed.
    pub reason: Option<String>,
    /// What was connected to: the service, or the proxy.
    pub address: Option<SocketAddr>,
    pub status: Option<u16>,
    /// Bytes of the request's body.
    pub sent: u64,
    /// Bytes of the answer's body that have arrived, after decompression.
    pub received: u64,
    /// 1 for the first, and so on.
    pub attempt: u32,
    pub(super) clock: Instant,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was sent.
    Allowed,
    /// It was not.
    Refused,
    /// It was not, because it would have changed something in a dry run.
    HeldBack,
}

impl Verdict {
    /// `allowed`, `refused`, `held back`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::HeldBack => "held back",
        }
    }
}

impl Exchange {
    /// Since it began.
    pub fn milliseconds(&self) -> f64 {
        self.clock.elapsed().as_secs_f64() * 1e3
    }
}

/// Somebody who is told of each exchange.
pub trait Witness: Send + Sync {
    /// Whether it can still take note. If it cannot, nothing is sent any more.
    ///
    /// # Errors
    ///
    /// Says why not.
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    /// An exchange has come to its end.
    fn saw(&self, exchange: &Exchange);
}

/// Sees to it that each exchange is told, however it ends.
pub(super) struct Record {
    pub exchange: Exchange,
    witnesses: Vec<Arc<dyn Witness>>,
    over: bool,
}

impl Record {
    pub(super) fn begin(
        operation: Operation,
        method: &Method,
        url: String,
        witnesses: Vec<Arc<dyn Witness>>,
    ) -> Self {
        Self {
            exchange: Exchange {
                began: SystemTime::now(),
                operation,
                method: method.clone(),
                url,
                verdict: Verdict::Allowed,
                rule: None,
                reason: None,
                address: None,
                status: None,
                sent: 0,
                received: 0,
                attempt: 1,
                clock: Instant::now(),
            },
            witnesses,
            over: false,
        }
    }

    /// Whether there is still somebody to be told.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut witnesses = self.witnesses.iter();
        witnesses.try_for_each(|witness| {
            let ready = witness.ready();
            ready.map_err(|why| Refusal::Unwitnessed { why })
        })
    }

    /// It is not sent.
    pub(super) fn refused(&mut self, refusal: &Refusal) {
        self.exchange.verdict = Verdict::Refused;
        if let Some(rule) = refusal.rule() {
            self.exchange.rule = Some(rule);
        }
        self.failed(refusal.to_string());
    }

    /// It comes to a bad end.
    pub(super) fn failed(&mut self, reason: String) {
        self.exchange.reason = Some(reason);
    }

    /// Its answer has come to its end.
    pub(super) fn end(&mut self) {
        self.over = true;
    }

    /// An attempt leaves.
    pub(super) fn leave(&mut self) {
        self.exchange.began = SystemTime::now();
        self.exchange.clock = Instant::now();
    }

    /// An attempt has come to nothing, and there is another one.
    pub(super) fn again(&mut self) {
        self.tell();
        let exchange = &mut self.exchange;
        exchange.attempt += 1;
        (exchange.status, exchange.address, exchange.reason) = (None, None, None);
    }

    fn tell(&self) {
        for witness in &self.witnesses {
            witness.saw(&self.exchange);
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let given_up = || "it was given up before the end of its answer".to_owned();
        if !self.over && self.exchange.verdict == Verdict::Allowed {
            self.exchange.reason.get_or_insert_with(given_up);
        }
        self.tell();
    }
}
