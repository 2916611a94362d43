//! The guest of the bench `shapes`: makes accounts from a counter and sends them to the host in
//! the shape asked for.

#[cfg(target_family = "wasm")]
mod account;
#[cfg(target_family = "wasm")]
mod component;
#[cfg(target_family = "wasm")]
mod protobuf;
