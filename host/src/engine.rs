//! The WebAssembly engine, and the clock that keeps components from holding a thread.

use crate::failure::{Failure, Kind, Result};
use std::{thread, time::Duration};
use wasmtime::Config;

/// How long a component computes before it makes room for everything else. A component is
/// stopped from the outside at such a moment, too.
const TICK: Duration = Duration::from_millis(10);
/// Bytes of stack that the host's own functions need, when the component calls them.
const HOST_STACK: usize = 1 << 20;

/// An engine, shared by all components.
#[derive(Clone)]
pub struct Engine(wasmtime::Engine);

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
        let clock = engine.weak();
        thread::Builder::new()
            .name("epoch".to_owned())
            .spawn(move || {
                while let Some(engine) = clock.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    thread::sleep(TICK);
                }
            })
            .map_err(|e| failed(&e))?;
        Ok(Self(engine))
    }

    /// The engine itself.
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.0
    }
}
