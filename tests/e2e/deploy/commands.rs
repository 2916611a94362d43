//! The commands of the guide, one after the other in one shell, as somebody would give them. Tools
//! that would change a cluster or this machine are scripts that write down what they are told.

use crate::manifests::{directory, files, text};
use std::{
    collections::BTreeSet,
    env,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// In place of each tool: writes down its name and its arguments.
const TOOL: &str = r#"#!/bin/sh
echo "${0##*/} $*" >>"$STAGE/told"
"#;

/// In place of `kubectl`: fails when a file is not there, and writes down who may read one that does
/// not lie where the guide does.
const KUBECTL: &str = r#"#!/bin/sh
echo "kubectl $*" >>"$STAGE/told"
before=
for argument; do
    case "$1 $before" in
    "apply -f" | "patch --patch-file")
        [ -f "$argument" ] || { echo "no $argument" >&2; exit 1; }
        case $argument in "$STAGE"/*) stat -c 'read with mode %a' "$argument" >>"$STAGE/told" ;; esac ;;
    esac
    before=$argument
done
"#;

/// A place with all that the commands of the guide need.
struct Stage(TempDir);

impl Stage {
    fn new() -> Self {
        let stage = Self(tempfile::tempdir().expect("a directory"));
        for directory in ["kubernetes", "systemd"] {
            for file in files(directory) {
                let content = text(&file);
                stage.file(&format!("host/deploy/{file}"), &content);
            }
        }
        stage.file("target/release/connector-host", "a program");
        stage.file("target/wasm32-wasip2/release/valimail.wasm", "a component");
        for directory in ["home", "etc/systemd/system", "usr/local/bin"] {
            fs::create_dir_all(stage.path(directory)).expect("a directory");
        }
        for tool in [
            "tools/baton",
            "tools/baton-valimail",
            "tools/connector-host",
            "tools/docker",
            "tools/journalctl",
            "tools/systemctl",
            "host/deploy/image/build",
        ] {
            stage.file(tool, TOOL);
            stage.set_mode(tool, 0o755);
        }
        // Nobody types here.
        let typed = "#!/bin/sh\necho typed\n";
        for (tool, script) in [("tools/kubectl", KUBECTL), ("tools/cat", typed)] {
            stage.file(tool, script);
            stage.set_mode(tool, 0o755);
        }
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).expect("it can be set");
    }

    fn mode(&self, name: &str) -> u32 {
        let file = fs::metadata(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        file.permissions().mode() & 0o777
    }

    /// Gives commands from where the guide is. None may fail, or complain.
    fn give(&self, commands: &[String]) -> Result<(), String> {
        let root = self.0.path().display();
        let commands = commands.join("\n");
        let here = ["/etc/", "/usr/"].iter().fold(commands, |commands, place| {
            commands.replace(&format!(" {place}"), &format!(" {root}{place}"))
        });
        let path = env::var("PATH").expect("a path");
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &here])
            .current_dir(self.path("host/deploy"))
            .env("PATH", format!("{root}/tools:{path}"))
            .env("HOME", self.path("home"))
            .env("STAGE", self.0.path())
            .stdin(Stdio::null())
            .output()
            .expect("bash runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success() && said.is_empty())
            .then_some(())
            .ok_or(said)
    }

    fn told(&self) -> Vec<String> {
        let told = fs::read_to_string(self.path("told")).expect("something");
        told.lines().map(str::to_owned).collect()
    }
}

/// All commands of the guide, in order.
fn commands() -> Vec<String> {
    let guide = text("README.md");
    let blocks = guide.split("```console\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let lines = blocks.flat_map(str::lines).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let commands = lines.map(|line| {
        let command = line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
        command.unwrap_or_else(|| panic!("no prompt: {line}"))
    });
    commands.map(str::to_owned).collect()
}

#[test]
fn the_commands_of_the_guide_work_one_after_the_other() {
    let commands = commands();
    assert!(commands.len() > 30, "{commands:#?}");
    let stage = Stage::new();
    assert_eq!(stage.give(&commands), Ok(()));

    for file in [
        "baton-valimail.service",
        "baton-valimail-sync.service",
        "baton-valimail-sync.timer",
    ] {
        assert_eq!(
            stage.mode(&format!("etc/systemd/system/{file}")),
            0o644,
            "{file}"
        );
    }
    assert_eq!(stage.mode("usr/local/bin/baton-valimail"), 0o755);
    assert_eq!(stage.mode("usr/local/bin/baton-valimail.wasm"), 0o644);
    // All that the units take from there, and nobody else can read any of it.
    assert_eq!(stage.mode("etc/baton-valimail"), 0o700);
    let configuration = fs::read_dir(stage.path("etc/baton-valimail")).expect("a directory");
    let names = configuration.map(|entry| entry.expect("an entry").file_name());
    let names: BTreeSet<_> = names.map(|name| name.display().to_string()).collect();
    let expected = [
        "client-secret",
        "environment",
        "valimail-app-id",
        "valimail-client-id",
    ];
    assert!(names.iter().eq(&expected), "{names:?}");
    for name in names {
        assert_eq!(
            stage.mode(&format!("etc/baton-valimail/{name}")),
            0o600,
            "{name}"
        );
    }
}

#[test]
fn nobody_else_reads_a_secret_that_has_been_filled_in_and_it_does_not_stay() {
    let stage = Stage::new();
    assert_eq!(stage.give(&commands()), Ok(()));
    let told = stage.told();
    let read: Vec<_> = told
        .iter()
        .filter(|line| line.starts_with("read with"))
        .collect();
    assert_eq!(read, ["read with mode 600"]);
    let left = fs::read_dir(stage.path("home"))
        .expect("a directory")
        .count();
    assert_eq!(left, 0);
}

#[test]
fn a_command_that_needs_another_directory_is_found() {
    let mut commands = commands();
    let at = commands
        .iter()
        .position(|command| command.contains("systemd/*.service"));
    commands.insert(at.expect("units"), "cd /etc/baton-valimail".to_owned());
    let said = Stage::new().give(&commands).expect_err("a failure");
    assert!(said.contains("systemd/*.service"), "{said}");
    assert!(directory().join("systemd").is_dir());
}

#[test]
fn a_file_that_is_not_there_is_found() {
    let commands = commands().into_iter();
    let commands: Vec<_> = commands
        .map(|command| command.replace("kubernetes/cronjob.yaml", "kubernetes/job.yaml"))
        .collect();
    let said = Stage::new().give(&commands).expect_err("a failure");
    assert!(said.contains("no kubernetes/job.yaml"), "{said}");
}
