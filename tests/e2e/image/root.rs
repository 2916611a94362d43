//! The image unpacked, and its entry point run in there: no other file can be seen from inside.

use crate::{archive::Image, setup_guide::Pod};
use e2e::host::{Transcript, finish};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tar::Archive;
use tempfile::TempDir;

/// Whom the image names.
const USER: u32 = 65532;

/// An unpacked image, and an environment.
pub struct Root {
    directory: TempDir,
    entry_point: String,
    working_directory: String,
    environment: Vec<(String, String)>,
}

impl Root {
    pub fn unpack(image: &Image) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        // It is the root directory of somebody else.
        set_mode(directory.path(), 0o755);
        for layer in &image.layers {
            let mut archive = Archive::new(&layer[..]);
            archive.set_preserve_permissions(true);
            archive.set_mask(0);
            archive.unpack(directory.path()).expect("it is unpacked");
        }
        let config = &image.config["config"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let environment = config["Env"].as_array().into_iter().flatten();
        let environment = environment.filter_map(|pair| {
            let (name, value) = pair.as_str()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self {
            entry_point: text(&config["Entrypoint"][0]),
            working_directory: text(&config["WorkingDir"]),
            environment: environment.collect(),
            directory,
        }
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As the kubelet makes it for a pod of Kubernetes.
    #[must_use]
    pub fn in_pod(mut self, pod: &Pod) -> Self {
        self.environment.extend(pod.environment.iter().cloned());
        if let Some(directory) = &pod.working_directory {
            self.working_directory.clone_from(directory);
        }
        if pod.read_only_root {
            set_mode(&self.path("/tmp"), 0o555);
        }
        for directory in &pod.empty_directories {
            let directory = self.path(directory);
            fs::create_dir_all(&directory).expect("a directory");
            set_mode(&directory, 0o777);
        }
        self
    }

    /// Where a path of the image is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path.trim_start_matches('/'))
    }

    /// Starts the entry point.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut inside = Command::new("unshare");
        inside
            .arg("--root")
            .arg(self.directory.path())
            .arg("--wd")
            .arg(&self.working_directory)
            .args(["--setgid", &USER.to_string(), "--setuid", &USER.to_string()])
            .arg(&self.entry_point)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        inside.spawn().expect("unshare starts")
    }

    /// Runs the entry point.
    pub fn run(&self, arguments: &[&str]) -> Transcript {
        finish(self.start(arguments))
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it can be set");
}
