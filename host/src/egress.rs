//! The only way out of the sandbox.
//!
//! Each request of a component passes through [`Gate`], in this order: the [`Policy`] decides
//! whether it may be sent at all, by method, origin and path ([`rule`]); the name is resolved
//! and addresses that are not public are taken out of the answer ([`resolver`], [`address`]);
//! the connection goes to what is left; and what fails for the moment is tried again
//! ([`retry`]). What changes something is noted down on the way, or held back ([`Changes`]).
//! Secrets are filled in last ([`outgoing`]) and taken out first ([`incoming`]), all within bounds
//! ([`quota`]), and each attempt is told to whoever keeps a record ([`Witness`], [`Audit`]).
//! Redirects are not followed: the component sees them, and asking for the new place is a new
//! request.

pub mod address;
mod audit;
mod changes;
mod client;
mod exchange;
mod gate;
mod gates;
mod incoming;
mod outgoing;
mod policy;
mod quota;
mod resolver;
mod retry;
pub mod rule;

pub use audit::Audit;
pub use changes::{Answer, Changes, ChangingRequest};
pub use client::{Clients, Options, authorities};
pub use exchange::{Exchange, Verdict, Witness};
pub use gate::{Gate, Traffic};
pub use gates::Gates;
pub use policy::{Operation, Origin, Policy, Refusal};
pub use quota::{Bounds, Excess, Quota};
pub use retry::Retries;
