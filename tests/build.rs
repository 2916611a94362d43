//! Generates the messages and the server of the stand-in for ConductorOne.
//!
//! Its own, and not the host's: a test that spoke to itself would prove nothing.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../host/proto");
    let files = protox::compile(["service.proto"], ["../host/proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .include_file("conductorone.rs")
        .compile_fds(files)?;
    Ok(())
}
