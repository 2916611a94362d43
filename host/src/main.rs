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

use std::{process::ExitCode, time::Duration};

/// For what goes on in the background at the end.
const GOODBYE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    memory::keep_private();
    let arguments: Vec<_> = std::env::args_os().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
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
