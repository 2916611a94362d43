//! Attacks, each of which has to be contained: nothing is reached, read or held up that is not
//! the component's, the error names the limit or the rule, and a well-behaved connector in the same
//! process finishes its sync (see [`arena`]).
//!
//! Those in code are in `tests/hostile/`, by the names that stand here; those in the format and the
//! calling convention are written here by hand.

mod abi;
mod arena;
mod exhaustion;
mod format;
mod journal;
mod lists;
mod machine;
mod names;
mod outcome;
mod program;
mod raw;
mod requests;
mod secrets;
mod service;
mod traffic;
