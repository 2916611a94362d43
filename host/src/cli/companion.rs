//! A component that lies beside the program and has its name: the program is that connector then.
//!
//! `/baton-x` beside `/baton-x.wasm` takes the arguments that a connector of Baton's
//! takes, so that what starts one need not change.

use super::command;
use clap::Command;
use connector_host::contract::describe::Description;
use rustix::fs::{Access, access};
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The arguments with the component in them, also where it is the one beside the program.
pub fn complete(arguments: Vec<OsString>) -> Vec<OsString> {
    match beside(&arguments) {
        Some(component) => spelled_out(arguments, &component),
        None => arguments,
    }
}

/// The component beside the program that was started as `arguments[0]`, if there is one.
///
/// The name under which it was started counts, so that a link to the program will do.
pub(super) fn beside(arguments: &[OsString]) -> Option<PathBuf> {
    let started = Path::new(arguments.first()?);
    let program = match started.parent()?.as_os_str().is_empty() {
        true => in_path(started).or_else(|| env::current_exe().ok())?,
        false => started.to_owned(),
    };
    let name = program.file_name()?;
    let mut component = name.to_owned();
    component.push(".wasm");
    let component = program.with_file_name(component);
    component.is_file().then_some(component)
}

/// Where a shell finds a program. The system only knows where the links to it have led.
fn in_path(program: &Path) -> Option<PathBuf> {
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories)
        .map(|directory| directory.join(program))
        .find(|place| access(place, Access::EXEC_OK).is_ok() && place.is_file())
}

/// The arguments as they would be without `component` beside the program: with a command, and
/// the component after it.
fn spelled_out(mut arguments: Vec<OsString>, component: &Path) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|word| word == "health-check") {
        return arguments;
    }
    let at = match command(&arguments) {
        Some(words) => 1 + words.len(),
        None => {
            arguments.insert(1, "run".into());
            2
        }
    };
    arguments.insert(at, component.into());
    arguments
}

/// A command as its help shows it where nobody has to name the component.
pub(super) fn named_after(command: Command, description: &Description) -> Command {
    let words = match command.get_name() {
        "run" => "[OPTIONS] [COMMAND]",
        "validate" => "validate [OPTIONS]",
        "inspect" => "inspect [OPTIONS]",
        _ => "policy explain [OPTIONS] <METHOD> <URL>",
    };
    let usage = format!("baton-{} {words}", description.name);
    let command = match command.get_name() {
        "run" => command.after_help(None::<&str>),
        _ => command,
    };
    command
        .override_usage(usage)
        .mut_arg("COMPONENT", |argument| argument.hide(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn spelled(arguments: &[&str]) -> String {
        let arguments = arguments.iter().map(OsString::from).collect();
        let spelled = spelled_out(arguments, Path::new("/c.wasm"));
        let words = spelled.iter().skip(1).map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_baton_takes_is_about_a_run() {
        assert_eq!(spelled(&["/c"]), "run /c.wasm");
        assert_eq!(spelled(&["/c", "-f", "x.c1z"]), "run /c.wasm -f x.c1z");
        assert_eq!(spelled(&["/c", "capabilities"]), "run /c.wasm capabilities");
        assert_eq!(spelled(&["/c", "--help"]), "run /c.wasm --help");
    }

    #[test]
    fn commands_of_the_host_get_the_component_after_them() {
        assert_eq!(spelled(&["/c", "run", "-p"]), "run /c.wasm -p");
        assert_eq!(spelled(&["/c", "validate"]), "validate /c.wasm");
        assert_eq!(
            spelled(&["/c", "policy", "explain", "GET", "https://x"]),
            "policy explain /c.wasm GET https://x"
        );
    }

    #[test]
    fn a_health_check_takes_no_component() {
        assert_eq!(
            spelled(&["/c", "health-check", "--endpoint=live"]),
            "health-check --endpoint=live"
        );
    }

    #[test]
    fn only_a_component_of_the_same_name_counts() {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("baton-x");
        let arguments = [program.clone().into_os_string()];
        fs::write(directory.path().join("other.wasm"), "").unwrap();
        assert_eq!(beside(&arguments), None);
        let component = directory.path().join("baton-x.wasm");
        fs::write(&component, "").unwrap();
        assert_eq!(beside(&arguments), Some(component));
    }
}
