//! The WebAssembly engine, and the clock that keeps components from holding a thread.

use crate::failure::{Failure, Kind, Result};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use wasmtime::Config;

/// How long a component computes before it makes room for everything else. A component is
/// stopped from the outside at such a moment, too.
const TICK: Duration = Duration::from_millis(10);
/// Between ticks while no component runs: then they only show whether the engine is still there.
const REST: Duration = Duration::from_secs(1);
/// Bytes of stack that the host's own functions need, when the component calls them.
const HOST_STACK: usize = 1 << 20;

/// An engine, shared by all components.
#[derive(Clone)]
pub struct Engine {
    wasmtime: wasmtime::Engine,
    clock: Arc<Clock>,
}

/// What the clock's thread looks at. A service that waits for tasks is to cost nothing.
#[derive(Default)]
struct Clock {
    /// How many components run.
    needed: Mutex<usize>,
    changed: Condvar,
}

impl Clock {
    fn needed(&self) -> MutexGuard<'_, usize> {
        self.needed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the next tick.
    fn wait(&self) {
        let needed = self.needed();
        if *needed > 0 {
            drop(needed);
            return thread::sleep(TICK);
        }
        let begun = self
            .changed
            .wait_timeout_while(needed, REST, |needed| *needed == 0);
        drop(begun.unwrap_or_else(PoisonError::into_inner));
    }
}

/// A component runs, as long as this is there.
pub struct Running(Arc<Clock>);

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.needed() -= 1;
    }
}

impl Engine {
    /// Makes an engine and starts its clock, which stops with the engine. Components may use
    /// `stack` bytes of stack.
    ///
    /// # Errors
    ///
    /// When the machine cannot run one.
    pub fn new(stack: usize) -> Result<Self> {
        let failed = |e: &dyn std::fmt::Display| {
            Failure::new(
                Kind::Internal,
                format!("cannot start the WebAssembly engine: {e:#}"),
            )
        };
        let mut config = Config::new();
        config
            .wasm_component_model_async(true)
            .epoch_interruption(true)
            .max_wasm_stack(stack)
            .async_stack_size(stack + HOST_STACK)
            // What a connector does not need, it cannot use against us.
            .wasm_memory64(false)
            .wasm_relaxed_simd(false)
            .wasm_backtrace_max_frames(None);
        let engine = wasmtime::Engine::new(&config).map_err(|e| failed(&e))?;
        let clock = Arc::new(Clock::default());
        let (weak, watched) = (engine.weak(), Arc::clone(&clock));
        thread::Builder::new()
            .name("epoch".to_owned())
            .spawn(move || {
                while let Some(engine) = weak.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    watched.wait();
                }
            })
            .map_err(|e| failed(&e))?;
        Ok(Self {
            wasmtime: engine,
            clock,
        })
    }

    /// Lets the clock go as fast as running components need it, as long as one does.
    pub fn run_clock(&self) -> Running {
        let clock = Arc::clone(&self.clock);
        *clock.needed() += 1;
        clock.changed.notify_one();
        Running(clock)
    }

    /// The engine itself.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.wasmtime
    }
}
