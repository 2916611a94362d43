//! What the end-to-end tests, the demo and the benchmarks share.

pub mod artifacts;
pub mod c1z;
pub mod collector;
pub mod conductorone;
pub mod host;
pub mod valimail;
