//! The container image: what is in it, and that its entry point works as it is, with nothing
//! around it.

mod archive;
mod contents;
mod root;
mod runs;
mod script;

#[path = "../deploy/setup_guide.rs"]
mod setup_guide;
