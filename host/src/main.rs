//! The `connector-host` command.
//!
//! [`cli`] makes a command line out of the host's own flags and what the component describes,
//! and turns arguments into an [`cli::Invocation`]; one file under [`command`] carries out each
//! of these. Only this part of the program reads arguments and environment, and only it talks
//! to the terminal.

mod cli;
mod command;
mod memory;
mod telemetry;
mod terminal;

use connector_host::connector::compiler;
use std::{ffi::OsStr, process::ExitCode, time::Duration};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// For what goes on in the background at the end.
const GOODBYE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    memory::keep_private();
    let arguments: Vec<_> = std::env::args_os().collect();
    if let [_, mode, stack] = &arguments[..]
        && mode == compiler::MODE
    {
        return compile(stack);
    }
    // One worker beside this thread: a task that is handed from one to the other waits for it to wake
    // up, and finds its caches cold.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Error: cannot start the asynchronous runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(command::run(arguments));
    if let Err(failure) = &done {
        telemetry::report(failure);
    }
    runtime.block_on(telemetry::stop_exporting(done.as_ref().err()));
    // The system may still be looking up a name, for longer than anybody waits.
    runtime.shutdown_timeout(GOODBYE);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.exit_code(),
    }
}

/// As the process that compiles for another one.
fn compile(stack: &OsStr) -> ExitCode {
    let stack = stack.to_str().and_then(|stack| stack.parse().ok());
    let compiled = stack.map_or_else(|| Err("it is told no stack".to_owned()), compiler::run);
    match compiled {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprint!("{why}");
            ExitCode::from(compiler::INVALID)
        }
    }
}
