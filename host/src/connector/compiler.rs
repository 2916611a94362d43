//! Compiling, in a process of its own where there is one.
//!
//! It takes several times the memory of all the rest, and not all of it comes back while a process
//! lasts. Nor can it be stopped, other than by ending its process. So this program runs itself for
//! it: with [`MODE`] as its argument, and no environment, it reads a component from standard input
//! and writes machine code to standard output.

use crate::{
    engine::Engine,
    failure::{Failure, Kind, Result},
    machine_code::MachineCode,
    sandbox::cause,
};
use futures::channel::oneshot;
use std::{
    io::{self, Read, Write},
    path::Path,
    process::Stdio,
};
use tokio::{io::AsyncWriteExt, process::Command};
use wasmtime::component::Component;

/// The argument that makes this program compile, before the bytes of stack for the engine.
pub const MODE: &str = "compile-component";
/// Bytes of a reason why not.
const REASON: usize = 4 << 10;

/// Compiles what comes in at standard input, as the process that [`compile`] runs.
///
/// # Errors
///
/// Says what is wrong with it, in words for [`compile`].
pub fn run(stack: usize) -> std::result::Result<(), String> {
    let engine = Engine::new(stack).map_err(|failure| failure.to_string())?;
    let mut component = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut component);
    read.map_err(|error| format!("the component has not arrived: {error}"))?;
    let compiled = engine.wasmtime().precompile_component(&component);
    let compiled = compiled.map_err(|error| cause(&error))?;
    let mut out = io::stdout().lock();
    let written = out.write_all(&compiled).and_then(|()| out.flush());
    written.map_err(|error| format!("the machine code does not get through: {error}"))
}

/// Compiles a component with `program`, which is this one; without it, in this process.
///
/// # Errors
///
/// When it is no component, or `program` cannot compile it.
pub(super) async fn compile(
    engine: &Engine,
    program: Option<&Path>,
    stack: usize,
    component: Vec<u8>,
) -> Result<Component> {
    let Some(program) = program else {
        return here(engine, component).await;
    };
    let process = Command::new(program)
        .arg(MODE)
        .arg(stack.to_string())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut process = match process {
        Ok(process) => process,
        Err(error) => {
            tracing::debug!(%error, "cannot start a process that compiles; compiling in this one");
            return here(engine, component).await;
        }
    };
    let input = process.stdin.take();
    let feeding = async {
        if let Some(mut input) = input {
            // Where nobody reads it, the process says why.
            let _ = input.write_all(&component).await;
        }
    };
    let (output, ()) = tokio::join!(process.wait_with_output(), feeding);
    let broken = |what: String| Failure::new(Kind::Internal, what);
    let output =
        output.map_err(|error| broken(format!("cannot compile the component: {error}")))?;
    if !output.status.success() {
        let said = &output.stderr[..output.stderr.len().min(REASON)];
        let said = String::from_utf8_lossy(said).trim().to_owned();
        return Err(match output.status.code() {
            Some(code) if code == i32::from(INVALID) => Failure::new(Kind::InvalidArgument, said),
            _ => broken(format!(
                "the process that compiles the component has ended with {}: {said}",
                output.status
            )),
        });
    }
    let compiled = MachineCode::vouched_for(output.stdout, 0);
    let component = compiled.component(engine);
    component.map_err(|error| {
        broken(format!(
            "the component's machine code is of no use: {error:#}"
        ))
    })
}

/// The exit code of a process that says why a component cannot be compiled.
pub const INVALID: u8 = 3;

/// Compiles on a thread of its own. That cannot be stopped, but whoever waits can go away.
async fn here(engine: &Engine, component: Vec<u8>) -> Result<Component> {
    let engine = engine.clone();
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("compiler".to_owned())
        .spawn(move || {
            let compiled = Component::from_binary(engine.wasmtime(), &component);
            // Nobody may be there any more.
            let _ = sender.send(compiled);
        });
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(
            Kind::Internal,
            format!("cannot compile the component: {error}"),
        )
    };
    thread.map_err(|error| broken(&error))?;
    let compiled = receiver.await.map_err(|error| broken(&error))?;
    compiled.map_err(|error| Failure::new(Kind::InvalidArgument, cause(&error)))
}
