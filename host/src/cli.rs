//! The command line: the host's own flags, and those that the component asks for.

mod bid;
mod commands;
mod companion;
mod config_file;
mod flags;
mod limit_flags;
mod otel_flags;
mod service_flags;
mod settings;
mod task;

pub use companion::complete;
pub use config_file::{ConfigFile, read as config_file};
pub use flags::{
    ChangeFlags, ExplainFlags, InspectFlags, LogFlags, LogFormat, PolicyFlags, SandboxFlags,
    SyncFlags,
};
pub use otel_flags::{Collector, OtelFlags};
pub use service_flags::{Endpoint, HealthCheckFlags, ServiceFlags};
pub use settings::{Settings, are_missing};
pub use task::Task;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use commands::{commands, host_flags, root, versioned};
use connector_host::{
    connector::{Connector, Terms},
    failure::{Failure, Kind, Result},
};
use flags::{ForeignFlags, PinFlags};
use limit_flags::{ComponentFlags, LimitFlags};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

/// This program, also where it has been replaced since it was started (proc_pid_exe(5)).
const MYSELF: &str = "/proc/self/exe";

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
        flags: InspectFlags,
        settings: BTreeMap<String, String>,
    },
    Explain {
        flags: Box<ExplainFlags>,
        policy: PolicyFlags,
        settings: BTreeMap<String, String>,
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

/// The commands, word by word. A component comes right after each of them.
const COMMANDS: [&[&str]; 4] = [
    &["run"],
    &["validate"],
    &["inspect"],
    &["policy", "explain"],
];

/// The command, if it is one of these.
fn command(arguments: &[OsString]) -> Option<&'static [&'static str]> {
    let given = arguments.get(1..)?;
    let mut commands = COMMANDS.into_iter();
    commands
        .find(|words| given.len() >= words.len() && given.iter().zip(*words).all(|(a, b)| a == b))
}

/// Whether the command only looks at a component: any may be looked at, by people.
fn looks(arguments: &[OsString]) -> bool {
    matches!(
        command(arguments),
        Some(["inspect"] | ["policy", "explain"])
    )
}

/// The file of a component, which comes right after the command.
///
/// It has to be found before anything else, because its flags depend on it.
pub fn component(arguments: &[OsString]) -> Option<PathBuf> {
    let component = arguments.get(1 + command(arguments)?.len())?;
    let flag = component.as_encoded_bytes().starts_with(b"-");
    (!flag && !component.is_empty()).then(|| component.into())
}

/// Whether a running service is to be asked how it is, with or without the name of the component
/// that it runs: that takes no component.
///
/// # Errors
///
/// When the flags make no sense.
pub fn health_check(arguments: &[OsString], file: &ConfigFile) -> Result<Option<HealthCheckFlags>> {
    let at = match arguments.get(1).and_then(|command| command.to_str()) {
        Some("run") => 3,
        _ => 1,
    };
    if arguments.get(at).is_none_or(|word| word != "health-check") {
        return Ok(None);
    }
    let command = settings::layer(commands::health_check(), file);
    let matches = command.try_get_matches_from(&arguments[at..]);
    let matches = matches.map_err(|error| exit(&error))?;
    flags(&matches).map(Some)
}

/// Prints help, a version or a usage error, when there is no component to ask.
pub fn without_component(arguments: &[OsString]) -> Failure {
    match root(commands(|command| command)).try_get_matches_from(arguments) {
        Err(error) => exit(&error),
        Ok(_) => Failure::new(Kind::Other, "there is no component among the arguments"),
    }
}

/// What is to be logged, and how. Whatever is wrong with that comes to light later.
pub fn log_flags(arguments: &[OsString], file: &ConfigFile) -> LogFlags {
    if looks(arguments) {
        return LogFlags::for_people();
    }
    let flags = early(LogFlags::augment_args, arguments, file);
    let flags = flags.and_then(|matches| LogFlags::from_arg_matches(&matches));
    flags.unwrap_or_else(|_| LogFlags::for_people())
}

/// What the component's file has to be like. Any digest may be looked at.
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
    let matches = read(LimitFlags::augment_args)?;
    let limits = flags::<LimitFlags>(&matches)?.limits();
    let terms = Terms {
        limits,
        compiler: Some(PathBuf::from(MYSELF)),
        ..terms
    };
    if looks(arguments) {
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
    let described = &connector.description.settings;
    let own = companion::beside(arguments).is_some_and(|own| Some(own) == component(arguments));
    let commands = commands(|command| {
        let runs = matches!(command.get_name(), "run" | "validate");
        let command = match own {
            true => companion::named_after(command, &connector.description),
            false => command,
        };
        let command = settings::layer(settings::add(command, described), file);
        match runs {
            true => versioned(command, &connector.description),
            false => command,
        }
    });
    let matches = root(commands)
        .try_get_matches_from(arguments)
        .map_err(|error| exit(&error))?;
    let Some((command, matches)) = matches.subcommand() else {
        return Err(Failure::new(Kind::Other, "no command was given"));
    };
    let read_settings = || {
        file.keeps_secret(settings::secret(described))?;
        Settings::read(described, matches)
    };
    let invocation = match (command, matches.subcommand()) {
        ("inspect", _) => {
            let mut flags: InspectFlags = flags(matches)?;
            if let Some(policy @ None) = &mut flags.policy {
                *policy = settings::ambient("policy", file).map(PathBuf::from);
            }
            Invocation::Inspect {
                flags,
                settings: settings::plain(described, matches),
            }
        }
        ("policy", Some((_, matches))) => Invocation::Explain {
            flags: Box::new(flags(matches)?),
            policy: flags(matches)?,
            settings: settings::plain(described, matches),
        },
        ("validate", _) => Invocation::Validate {
            settings: read_settings()?,
            sandbox: Box::new(flags(matches)?),
            otel: flags(matches)?,
        },
        (_, Some(("capabilities", _))) => Invocation::Capabilities,
        (_, Some(("config", _))) => Invocation::Config,
        _ => {
            let change = flags(matches)?;
            let service: ServiceFlags = flags(matches)?;
            let task = match service.client_id {
                // As in Baton, nothing else counts then.
                Some(_) => Task::Serve,
                None => Task::new(&change, &flags::<ForeignFlags>(matches)?)?,
            };
            Invocation::Run(Box::new(Run {
                settings: read_settings()?,
                task,
                sync: flags(matches)?,
                change,
                sandbox: flags(matches)?,
                service,
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            component(&["host", "policy", "explain", "a.wasm", "GET"]),
            Some("a.wasm".into())
        );
        assert_eq!(component(&["host", "policy", "a.wasm"]), None);
        assert_eq!(component(&["host", "policy", "explain"]), None);
    }
}
