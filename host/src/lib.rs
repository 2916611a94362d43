//! Runs connectors for identity governance as WebAssembly components.

pub mod baton;
pub mod c1z;
pub mod cache;
pub mod connector;
pub mod contract;
mod directory;
pub mod egress;
pub mod engine;
pub mod failure;
pub mod json_lines;
mod machine_code;
pub mod metadata;
pub mod provisioning;
pub mod sandbox;
pub mod secrets;
pub mod service;
pub mod sync;
pub mod validation;
