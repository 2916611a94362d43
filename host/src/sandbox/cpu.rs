//! How long a component computes.
//!
//! Time that it waits does not count, nor does what other threads do meanwhile: the thread's own
//! clock is read whenever it begins and ends to work for the component. While the component
//! computes without a pause, the engine's clock asks for it every now and then ([`Cpu::check`]).

use rustix::time::{ClockId, clock_gettime};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// The account of one component.
#[derive(Debug)]
pub struct Cpu {
    limit: Duration,
    /// Nanoseconds that have been used up.
    spent: AtomicU64,
    /// What the thread's clock said when it last began to work for the component.
    began: AtomicU64,
}

impl Cpu {
    /// An account that nothing has been taken from.
    pub fn new(limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            spent: AtomicU64::new(0),
            began: AtomicU64::new(0),
        })
    }

    /// Looks whether there is anything left. To be called on the thread that computes.
    ///
    /// # Errors
    ///
    /// When there is not.
    pub fn check(&self) -> wasmtime::Result<()> {
        let now = clock().saturating_sub(self.began.load(Ordering::Relaxed));
        let spent = Duration::from_nanos(self.spent.load(Ordering::Relaxed).saturating_add(now));
        match spent > self.limit {
            true => Err(wasmtime::Error::msg(format!(
                "it has computed for more than {} s (--cpu-limit)",
                self.limit.as_secs()
            ))),
            false => Ok(()),
        }
    }

    /// The same work, and the time that it takes is taken from the account.
    pub fn metered<F: Future>(self: Arc<Self>, work: F) -> impl Future<Output = F::Output> {
        let mut work = Box::pin(work);
        std::future::poll_fn(move |cx| self.poll(work.as_mut(), cx))
    }

    fn poll<F: Future>(&self, work: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let began = clock();
        self.began.store(began, Ordering::Relaxed);
        let polled = work.poll(cx);
        let worked = clock().saturating_sub(began);
        self.spent.fetch_add(worked, Ordering::Relaxed);
        polled
    }
}

/// Nanoseconds that this thread has worked.
fn clock() -> u64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds * 1_000_000_000 + nanoseconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_costs_nothing_and_computing_does() {
        let cpu = Cpu::new(Duration::from_millis(20));
        let waiting = tokio::time::sleep(Duration::from_millis(60));
        Arc::clone(&cpu).metered(waiting).await;
        assert!(cpu.check().is_ok());
        let computing = async {
            while cpu.check().is_ok() {
                std::hint::spin_loop();
            }
        };
        Arc::clone(&cpu).metered(computing).await;
        let error = cpu.check().unwrap_err().to_string();
        assert!(error.contains("--cpu-limit"), "{error}");
    }
}
