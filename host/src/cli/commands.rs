//! The commands and their flags, as clap knows them.

use super::{
    flags::{
        ChangeFlags, ExplainFlags, ForeignFlags, InspectFlags, LogFlags, PinFlags, PolicyFlags,
        SandboxFlags, SyncFlags,
    },
    limit_flags::{ComponentFlags, LimitFlags},
    otel_flags::OtelFlags,
    service_flags::{HealthCheckFlags, ServiceFlags},
};
use clap::{Arg, ArgAction, Args, Command, value_parser};
use connector_host::contract::describe::Description;
use std::path::PathBuf;

/// The commands that a component comes after. `enrich` adds what is known of the component to
/// the flags that can also be given in other ways.
pub(super) fn commands(enrich: impl Fn(Command) -> Command) -> [Command; 4] {
    // Not under the heading of what has been added before.
    let plain = |command| enrich(command).next_help_heading(None);
    let explain = ExplainFlags::augment_args(plain(explain()));
    [
        enrich(run()),
        enrich(validate()),
        InspectFlags::augment_args(plain(inspect()))
            .about("Show what a component is and what it asks for, without running it on anything"),
        Command::new("policy")
            .about("Ask about what a connector may send")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(explain.about(
                "Say whether a request may be sent, which rule decides, and what would change that",
            )),
    ]
}

/// The connector's version in place of the host's.
pub(super) fn versioned(command: Command, description: &Description) -> Command {
    command
        .display_name(format!("baton-{}", description.name))
        .version(format!("version {}", description.version))
        .disable_version_flag(true)
        .arg(
            Arg::new("version")
                .short('v')
                .long("version")
                .action(ArgAction::Version)
                .help("Print the connector's version"),
        )
}

pub(super) fn root(commands: [Command; 4]) -> Command {
    Command::new("connector-host")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs connectors for identity governance as sandboxed WebAssembly components")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommands(commands)
        .subcommand(health_check())
}

const HEALTH_CHECK: &str = "Ask a connector that runs as a service how it is (exit code 0: well)";

/// Asks a running service how it is.
pub(super) fn health_check() -> Command {
    HealthCheckFlags::augment_args(Command::new("health-check")).about(HEALTH_CHECK)
}

fn run() -> Command {
    let command = Command::new("run")
        .after_help("The component comes first; its own flags are listed once it is named.")
        .args_conflicts_with_subcommands(false)
        .subcommand(Command::new("capabilities").about("Print what the connector can do, as JSON"))
        .subcommand(Command::new("config").about("Print the connector's configuration, as JSON"))
        // Read before the component is, with flags of its own.
        .subcommand(Command::new("health-check").about(HEALTH_CHECK))
        .arg(component_argument());
    let command = SyncFlags::augment_args(OtelFlags::augment_args(LogFlags::augment_args(command)));
    let command = PinFlags::augment_args(ChangeFlags::augment_args(command));
    let command = ComponentFlags::augment_args(SandboxFlags::augment_args(command));
    let command = ForeignFlags::augment_args(ServiceFlags::augment_args(command));
    // The flags' own doc comments have got in here.
    global(command).about("Run a connector: a full sync into a .c1z file, or one change of access")
}

fn validate() -> Command {
    let command = Command::new("validate").arg(component_argument());
    let command = OtelFlags::augment_args(LogFlags::augment_args(command));
    let command = PinFlags::augment_args(command);
    ComponentFlags::augment_args(SandboxFlags::augment_args(command))
        .about("Check a connector's configuration and credentials against the service")
}

fn inspect() -> Command {
    describing(Command::new("inspect").arg(component_argument()))
}

fn explain() -> Command {
    let command = Command::new("explain").arg(component_argument());
    let command = command.after_help(
        "Nothing is sent, nothing is resolved, and no secret is needed. The exit code is 0 when the \
         request passes in one of the operations, and 9 when it does not.",
    );
    describing(PolicyFlags::augment_args(command))
}

/// A component describes itself within the limits of a run.
fn describing(command: Command) -> Command {
    LimitFlags::augment_args(ComponentFlags::augment_args(command))
}

fn component_argument() -> Arg {
    // No setting can have this id.
    Arg::new("COMPONENT")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The connector: a WebAssembly component")
}

/// Baton takes its flags before and after a subcommand.
fn global(command: Command) -> Command {
    command.mut_args(|arg| match arg.get_long() {
        Some(_) => arg.global(true),
        None => arg,
    })
}

/// Names that a connector's settings cannot have.
pub(super) fn host_flags() -> Vec<String> {
    let mut names = vec!["help".to_owned(), "version".to_owned()];
    let mut commands = commands(|command| command).to_vec();
    while let Some(command) = commands.pop() {
        let flags = command.get_arguments().filter_map(Arg::get_long);
        names.extend(flags.map(str::to_owned));
        commands.extend(command.get_subcommands().cloned());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        root(commands(|command| command)).debug_assert();
    }
}
