//! The only way out of the sandbox.
//!
//! Each request of a component passes through [`Gate`], in this order: the [`Policy`] decides
//! whether it may be sent at all, by method, origin and path ([`rule`]); the name is resolved
//! and addresses that are not public are taken out of the answer ([`resolver`], [`address`]);
//! the connection goes to what is left; and what fails for the moment is tried again
//! ([`retry`]). What changes something is noted down on the way, or held back ([`Changes`]). Redirects are not followed: the component sees them, and asking for the new
//! place is a new request.

pub mod address;
mod changes;
mod client;
mod gate;
mod policy;
mod resolver;
mod retry;
pub mod rule;

pub use changes::{Answer, Changes, ChangingRequest};
pub use client::{Clients, Options};
pub use gate::{Gate, Traffic};
pub use policy::{Operation, Origin, Policy, Refusal};
pub use retry::Retries;
