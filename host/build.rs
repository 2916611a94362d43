//! Generates Baton's messages and the client of ConductorOne's service from `proto/`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["service.proto"], ["proto"])?;
    let mut config = tonic_prost_build::Config::new();
    // Equal messages have equal bytes.
    config.btree_map(["."]).enable_type_names();
    tonic_prost_build::configure()
        .build_server(false)
        .include_file("baton.rs")
        .compile_fds_with_config(files, config)?;
    Ok(())
}
