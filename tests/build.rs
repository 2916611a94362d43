//! Generates the messages, the server and the client of the stand-in for ConductorOne.
//!
//! Its own, and not the host's: a test that spoke to itself would prove nothing. It knows a kind of
//! task more than the host, which is what a newer ConductorOne looks like to an older host.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Where the host's definitions are.
const DEFINITIONS: &str = "../host/proto";
/// The last kind of task that the host knows, and one that nobody knows.
const LAST: &str = "UnsupportedTask issue_credential = 123;";
const UNHEARD_OF: &str = "UnsupportedTask unheard_of = 150;";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={DEFINITIONS}");
    let own = PathBuf::from(env::var("OUT_DIR")?).join("proto");
    fs::create_dir_all(&own)?;
    let definitions = fs::read_to_string(Path::new(DEFINITIONS).join("service.proto"))?;
    let extended = definitions.replace(LAST, &format!("{LAST}\n    {UNHEARD_OF}"));
    if extended == definitions {
        return Err(format!("service.proto does not say `{LAST}` any more").into());
    }
    fs::write(own.join("service.proto"), extended)?;
    let files = protox::compile(["service.proto"], [own.as_path(), Path::new(DEFINITIONS)])?;
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .build_transport(false)
        .include_file("conductorone.rs")
        .compile_fds_with_config(files, config)?;
    Ok(())
}
