//! The command line: the host's own flags, and those that the component asks for.

mod config_file;
mod flags;
mod limit_flags;
mod otel_flags;
mod settings;
mod task;

pub use config_file::{ConfigFile, read as config_file};
pub use flags::{ChangeFlags, LogFlags, LogFormat, SandboxFlags, ServiceFlags, SyncFlags};
pub use otel_flags::OtelFlags;
pub use settings::Settings;
pub use task::Task;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use connector_host::{
    connector::{Connector, Terms},
    failure::{Failure, Kind, Result},
};
use flags::{ForeignFlags, PinFlags};
use limit_flags::ComponentFlags;
use std::{ffi::OsString, path::PathBuf};

/// What is to be done.
pub enum Invocation {
    Run(Box<Run>),
    Capabilities,
    Config,
    Validate {
        settings: Settings,
        sandbox: Box<SandboxFlags>,
        otel: OtelFlags,
    },
    Inspect {
        json: bool,
    },
}

/// All that concerns a run.
pub struct Run {
    pub task: Task,
    pub settings: Settings,
    pub sync: SyncFlags,
    pub change: ChangeFlags,
    pub sandbox: SandboxFlags,
    pub service: ServiceFlags,
    pub otel: OtelFlags,
}

/// The file of a component, which comes right after the command.
///
/// It has to be found before anything else, because its flags depend on it.
pub fn component(arguments: &[OsString]) -> Option<PathBuf> {
    let command = arguments.get(1)?.to_str()?;
    let component = arguments.get(2)?;
    let known = matches!(command, "run" | "validate" | "inspect");
    let flag = component.as_encoded_bytes().starts_with(b"-");
    (known && !flag && !component.is_empty()).then(|| component.into())
}

/// Prints help, a version or a usage error, when there is no component to ask.
pub fn without_component(arguments: &[OsString]) -> Failure {
    match root([]).try_get_matches_from(arguments) {
        Err(error) => exit(&error),
        Ok(_) => Failure::new(Kind::Other, "there is no component among the arguments"),
    }
}

/// What is to be logged, and how. Whatever is wrong with that comes to light later.
pub fn log_flags(arguments: &[OsString], file: &ConfigFile) -> LogFlags {
    let command = arguments.get(1).and_then(|command| command.to_str());
    if command == Some("inspect") {
        return LogFlags::for_people();
    }
    let flags = early(LogFlags::augment_args, arguments, file);
    let flags = flags.and_then(|matches| LogFlags::from_arg_matches(&matches));
    flags.unwrap_or_else(|_| LogFlags::for_people())
}

/// What the component's file has to be like. Any digest may be inspected.
///
/// # Errors
///
/// When a value makes no sense.
pub fn terms(arguments: &[OsString], file: &ConfigFile) -> Result<Terms> {
    let read = |augment: fn(Command) -> Command| {
        early(augment, arguments, file).map_err(|error| exit(&error))
    };
    let matches = read(ComponentFlags::augment_args)?;
    let terms = flags::<ComponentFlags>(&matches)?.terms();
    if arguments.get(1).is_some_and(|command| command == "inspect") {
        return Ok(terms);
    }
    let matches = read(PinFlags::augment_args)?;
    Ok(Terms {
        digest: flags::<PinFlags>(&matches)?.digest,
        ..terms
    })
}

/// Reads flags that have to be known before the component is: they are picked out of the
/// arguments, all of which take a value.
fn early(
    augment: impl FnOnce(Command) -> Command,
    arguments: &[OsString],
    file: &ConfigFile,
) -> std::result::Result<ArgMatches, clap::Error> {
    let command = augment(Command::new("early").no_binary_name(true));
    let names: Vec<_> = command.get_arguments().filter_map(Arg::get_long).collect();
    let mut picked = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let flag = argument.to_str().and_then(|text| text.strip_prefix("--"));
        let (name, value) = match flag.map(|flag| flag.split_once('=')) {
            Some(Some((name, _))) => (name, true),
            _ => (flag.unwrap_or_default(), false),
        };
        if names.contains(&name) {
            picked.push(argument.clone());
            picked.extend(arguments.by_ref().take(usize::from(!value)).cloned());
        }
    }
    settings::layer(command, file).try_get_matches_from(picked)
}

/// Reads the arguments, now that it is known which flags there are.
///
/// # Errors
///
/// When they make no sense, or the configuration is not complete.
pub fn parse(
    arguments: &[OsString],
    connector: &Connector,
    file: &ConfigFile,
) -> Result<Invocation> {
    settings::check(&connector.description.settings, &host_flags())?;
    let commands = [run(), validate()].map(|command| {
        let command = settings::add(command, &connector.description.settings);
        settings::layer(command, file)
    });
    let name = &connector.description.name;
    let version = &connector.description.version;
    let commands = commands.map(|command| {
        command
            .display_name(format!("baton-{name}"))
            .version(format!("version {version}"))
            .disable_version_flag(true)
            .arg(
                Arg::new("version")
                    .short('v')
                    .long("version")
                    .action(ArgAction::Version)
                    .help("Print the connector's version"),
            )
    });
    let matches = root(commands)
        .try_get_matches_from(arguments)
        .map_err(|error| exit(&error))?;
    let Some((command, matches)) = matches.subcommand() else {
        return Err(Failure::new(Kind::Other, "no command was given"));
    };
    let read_settings = || Settings::read(&connector.description.settings, matches);
    let invocation = match (command, matches.subcommand_name()) {
        ("inspect", _) => Invocation::Inspect {
            json: matches.get_flag("json"),
        },
        ("validate", _) => Invocation::Validate {
            settings: read_settings()?,
            sandbox: Box::new(flags(matches)?),
            otel: flags(matches)?,
        },
        (_, Some("capabilities")) => Invocation::Capabilities,
        (_, Some("config")) => Invocation::Config,
        _ => {
            let change = flags(matches)?;
            let foreign: ForeignFlags = flags(matches)?;
            Invocation::Run(Box::new(Run {
                settings: read_settings()?,
                task: Task::new(&change, &foreign)?,
                sync: flags(matches)?,
                change,
                sandbox: flags(matches)?,
                service: flags(matches)?,
                otel: flags(matches)?,
            }))
        }
    };
    Ok(invocation)
}

fn flags<T: FromArgMatches>(matches: &ArgMatches) -> Result<T> {
    T::from_arg_matches(matches).map_err(|error| exit(&error))
}

/// Help and versions are no errors; everything else that clap says is.
fn exit(error: &clap::Error) -> Failure {
    if error.exit_code() == 0 {
        let _ = error.print();
        std::process::exit(0);
    }
    let text = error.render().to_string();
    let text = text.trim_end();
    Failure::new(Kind::Other, text.strip_prefix("error: ").unwrap_or(text))
}

fn root(commands: impl IntoIterator<Item = Command>) -> Command {
    let mut commands: Vec<_> = commands.into_iter().collect();
    if commands.is_empty() {
        commands = vec![run(), validate()];
    }
    Command::new("connector-host")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Runs connectors for identity governance as sandboxed WebAssembly components")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommands(commands)
        .subcommand(inspect())
}

fn run() -> Command {
    let command = Command::new("run")
        .after_help("The component comes first; its own flags are listed once it is named.")
        .args_conflicts_with_subcommands(false)
        .subcommand(Command::new("capabilities").about("Print what the connector can do, as JSON"))
        .subcommand(Command::new("config").about("Print the connector's configuration, as JSON"))
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
    let command = Command::new("inspect").arg(component_argument()).arg(
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON"),
    );
    ComponentFlags::augment_args(command)
        .about("Show what a component is and what it asks for, without running it on anything")
}

fn component_argument() -> Arg {
    Arg::new("component")
        .value_name("COMPONENT")
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
fn host_flags() -> Vec<String> {
    let run = run();
    let names = run.get_arguments().filter_map(Arg::get_long);
    names
        .chain(["help", "version"])
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        root([]).debug_assert();
    }

    #[test]
    fn the_component_comes_right_after_the_command() {
        let component = |arguments: &[&str]| {
            component(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
        };
        assert_eq!(
            component(&["host", "run", "a.wasm", "-f", "x"]),
            Some("a.wasm".into())
        );
        assert_eq!(component(&["host", "run", "-f", "x", "a.wasm"]), None);
        assert_eq!(component(&["host", "--help"]), None);
        assert_eq!(component(&["host", "help", "run"]), None);
        assert_eq!(component(&["host", "run"]), None);
    }
}
