//! What `host/deploy/image/build` makes of its arguments, and of what a component says of itself.
//! Only what compiles and what assembles images is replaced here, by scripts that write down what
//! they are told: so this takes a moment, and none of the tools.

use std::{
    env,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// Keeps what it is told, and the context.
const BUILDAH: &str = r#"for last; do :; done
printf '%s\n' "$@" >>"$STAGE/buildah"
case " $* " in *" bud "*) cp -r "$last" "$STAGE/context" ;; esac"#;

/// In place of the host: gives a component's answer to `--version`.
const HOST: &str = r#"printf '%s\n' "$@" >"$STAGE/host"
cat "$STAGE/said""#;

/// A directory to call the script in, with tools that do nothing.
struct Stage(TempDir);

impl Stage {
    /// A component, `x.wasm`, that says this for `--version`.
    fn with_component_that_says(said: &str) -> Self {
        let stage = Self(tempfile::tempdir().expect("a directory"));
        stage.file("x.wasm", "a component");
        stage.file("ca.pem", "authorities");
        stage.file("said", &format!("{said}\n"));
        let target = format!("{}-unknown-linux-musl", env::consts::ARCH);
        let targets = format!("printf '%s\\n' {target} wasm32-wasip2");
        for (tool, script) in [
            ("buildah", BUILDAH),
            ("cargo", ""),
            ("cargo-auditable", ""),
            ("musl-gcc", ""),
            ("rustup", &targets),
            ("strip", ""),
        ] {
            stage.program(&format!("tools/{tool}"), script);
        }
        stage.program(&format!("target/{target}/release/connector-host"), HOST);
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

    fn program(&self, name: &str, script: &str) {
        self.file(name, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(name), Permissions::from_mode(0o755)).expect("its mode");
    }

    /// Calls the script from here.
    fn build(&self, arguments: &[&str]) -> Output {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let path = env::var("PATH").expect("a path");
        let path = format!("{}:{path}", self.path("tools").display());
        Command::new(workspace.join("host/deploy/image/build"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("PATH", path)
            .env("STAGE", self.0.path())
            .env("CARGO_TARGET_DIR", "target")
            .env("CA_BUNDLE", "ca.pem")
            .stdin(Stdio::null())
            .output()
            .expect("the script starts")
    }

    /// What a tool has been told, argument by argument.
    fn told(&self, tool: &str) -> Vec<String> {
        let told = fs::read_to_string(self.path(tool)).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }
}

/// What it has printed, if it has succeeded.
fn printed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

#[test]
fn what_a_component_says_of_itself_runs_nothing_and_names_nothing() {
    let marker = "$STAGE/marker";
    for said in [
        // For `sed`, a command that runs a command.
        format!("baton-x version 1/;1etouch${{IFS}}{marker};#"),
        format!("baton-x/;1etouch${{IFS}}{marker};# version 1"),
        format!("baton-x version $(touch${{IFS}}{marker})"),
        format!("baton-x version `touch${{IFS}}{marker}`"),
        // Paths.
        "baton-../../x version 1".to_owned(),
        "/etc/passwd version 1".to_owned(),
        // Another label, another entry point, another line.
        "baton-x version 1\" org.opencontainers.image.licenses=\"none".to_owned(),
        "baton-x\", \"y version 1".to_owned(),
        "baton-x version 1\nUSER 0".to_owned(),
        "baton-x\nUSER 0\n version 1".to_owned(),
        // Another destination, and arguments of a tool.
        "baton-x version 1:2".to_owned(),
        "--storage-driver version 1".to_owned(),
        "baton-x version --tag".to_owned(),
        // Nothing at all.
        "baton- version 1".to_owned(),
        "baton-x version ".to_owned(),
        String::new(),
    ] {
        let stage = Stage::with_component_that_says(&said);
        let output = stage.build(&["x.wasm"]);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!stage.path("marker").exists(), "{said:?} has run something");
        assert_eq!(output.status.code(), Some(1), "{said:?}: {complaint}");
        assert!(
            complaint.contains("no image can be named after"),
            "{said:?}: {complaint}"
        );
        assert_eq!(stage.told("buildah"), [""; 0], "{said:?}");
    }
}

#[test]
fn an_image_is_named_after_its_component() {
    let stage = Stage::with_component_that_says("baton-big-corp version 1.2.3-rc.1+build.5");
    let printed = printed(&stage.build(&["x.wasm"]));
    let file = stage.path("target/baton-big-corp.tar");
    // There is no + in a tag.
    let tagged = format!(
        "oci-archive:{}:baton-big-corp:1.2.3-rc.1_build.5",
        file.display()
    );
    assert_eq!(printed, tagged);
    let told = stage.told("buildah");
    assert_eq!(told.last(), Some(&tagged));
    for label in [
        "org.opencontainers.image.title=baton-big-corp",
        "org.opencontainers.image.version=1.2.3-rc.1+build.5",
    ] {
        assert!(
            told.windows(2).any(|pair| pair == ["--label", label]),
            "{told:?}"
        );
    }
    let containerfile = fs::read_to_string(stage.path("context/Containerfile")).expect("a file");
    assert_eq!(
        containerfile.lines().last(),
        Some("ENTRYPOINT [\"/baton-big-corp\"]")
    );
    let root = stage.path("context/root");
    assert!(root.join("baton-big-corp").is_file() && root.join("baton-big-corp.wasm").is_file());
}

#[test]
fn relative_paths_are_those_of_the_caller() {
    for kind in ["oci-archive", "docker-archive", "oci", "dir"] {
        let stage = Stage::with_component_that_says("baton-x version 1");
        let printed = printed(&stage.build(&["x.wasm", &format!("{kind}:images/x:x:1")]));
        let image = stage.path("images/x:x:1");
        assert_eq!(printed, format!("{kind}:{}", image.display()));
        assert_eq!(stage.told("buildah").last(), Some(&printed));
        let component = stage.path("x.wasm").display().to_string();
        assert_eq!(stage.told("host"), ["run", &component, "--version"]);
        let root = stage.path("context/root");
        let content = |name: &str| fs::read_to_string(root.join(name)).expect("a file");
        assert_eq!(content("baton-x.wasm"), "a component");
        assert_eq!(content("etc/ssl/certs/ca-certificates.crt"), "authorities");
    }
}

#[test]
fn what_is_no_path_stays_as_it_is() {
    let stage = Stage::with_component_that_says("baton-x version 1");
    let registry = "docker://ghcr.io/your-org/baton-x:1";
    assert_eq!(printed(&stage.build(&["x.wasm", registry])), registry);
    assert_eq!(
        stage.told("buildah").last().map(String::as_str),
        Some(registry)
    );
    let archive = "oci-archive:/somewhere/x.tar";
    assert_eq!(printed(&stage.build(&["x.wasm", archive])), archive);
}
