//! What a running component can see and do, which is next to nothing.
//!
//! No file, no environment, no argument, no socket. Coarse clocks ([`clocks`]) and random numbers;
//! lines for the log ([`log`]); its own configuration ([`variables`]); and requests through the gate
//! ([`crate::egress`]). Memory is bounded ([`limits`]). Each operation has a store of its own:
//! dropping it is what stops a component.

mod cause;
mod clocks;
mod cpu;
mod limits;
mod log;
mod printable;
mod requests;
mod variables;

pub use cause::cause;
pub use cpu::Cpu;
pub use limits::{Limits, memory_in_use};
pub use printable::printable;
pub use variables::{Value, Variables};

use crate::{
    contract::variables as contract,
    egress::{Gate, Operation},
    engine::{Engine, Running},
};
use clocks::{MonotonicClock, WallClock};
use limits::Meter;
use log::LogLines;
use std::sync::Arc;
use wasmtime::{
    Store, UpdateDeadline,
    component::{Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Bytes of random numbers at once.
const RANDOM: u64 = 64 << 10;

/// The host's side of a running component.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    gate: Gate,
    variables: Arc<Variables>,
    meter: Meter,
    _clock: Running,
}

impl State {
    /// Says what the component is called for from now on.
    pub fn enter(&mut self, operation: Operation) {
        self.gate.operation = operation;
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.gate,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Everything that a component may import.
///
/// # Errors
///
/// When two definitions clash, which would be a fault of this program.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine.wasmtime());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    requests::limit(&mut linker)?;
    contract::add_to_linker::<_, variables::Lookup>(&mut linker, |state: &mut State| {
        &*state.variables
    })?;
    Ok(linker)
}

/// A store for one operation of the connector `name`.
pub fn store(
    engine: &Engine,
    name: &str,
    mut gate: Gate,
    variables: Arc<Variables>,
    limits: &Limits,
    cpu: Arc<Cpu>,
) -> Store<State> {
    gate.secrets = Arc::clone(variables.secrets());
    let operation: Operation = gate.operation;
    let lines = LogLines::new(name, operation, Arc::clone(&variables), limits.log_lines);
    let mut wasi = WasiCtx::builder();
    wasi.stdout(lines.clone())
        .stderr(lines)
        .wall_clock(WallClock)
        .monotonic_clock(MonotonicClock::new())
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(RANDOM);
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let mut http = WasiHttpCtx::new();
    // Twice what passes the gate: the engine counts what its own structures take as well.
    http.set_field_size_limit(gate.quota.bounds().headers.saturating_mul(2));
    let state = State {
        wasi: wasi.build(),
        http,
        table,
        gate,
        variables,
        meter: Meter::new(limits),
        _clock: engine.run_clock(),
    };
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.meter);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        cpu.check()?;
        Ok(UpdateDeadline::Yield(1))
    });
    store.set_hostcall_fuel(limits.handed_over());
    store.set_max_component_handles(limits.handles);
    // The engine's own bookkeeping of calls and streams.
    if let Some(table) = store.concurrent_resource_table() {
        table.set_max_capacity(limits.handles);
    }
    store
}
