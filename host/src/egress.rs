//! The only way out of the sandbox.
//!
//! Each request of a component passes through [`Gate`], in this order: the [`Policy`] decides
//! whether it may be sent at all, by method, origin and path ([`rule`], [`template`]), and by what
//! the operator's file says ([`policy_file`], [`overlay`], [`denial`]); the name is resolved
//! and addresses that are not public are taken out of the answer ([`resolver`], [`address`]);
//! the connection goes to what is left; and what fails for the moment is tried again
//! ([`retry`]). What changes something is noted down on the way, or held back ([`Changes`]).
//! Secrets are filled in last ([`outgoing`]) and taken out first ([`incoming`]), all within bounds
//! ([`quota`]), and each attempt is told to whoever keeps a record ([`Witness`], [`Audit`]).
//! Redirects are not followed: the component sees them, and asking for the new place is a new
//! request.

pub mod address;
mod advice;
mod audit;
mod changes;
mod client;
mod denial;
mod effective;
mod exchange;
mod gate;
mod gates;
pub mod incoming;
mod operation;
pub mod outgoing;
mod overlay;
mod policy;
mod policy_file;
mod quota;
mod refusal;
mod resolver;
mod retry;
pub mod rule;
pub mod template;

pub use audit::Audit;
pub use changes::{Answer, Changes, ChangingRequest};
pub use client::{Clients, Options, authorities};
pub use denial::Denial;
pub use effective::Effective;
pub use exchange::{Exchange, Verdict, Witness};
pub use gate::{Gate, Traffic};
pub use gates::Gates;
pub use operation::Operation;
pub use overlay::Overlay;
pub use policy::{Origin, Permit, Policy, shown};
pub use policy_file::{FileError, Place, PolicyFile};
pub use quota::{Bounds, Excess, Quota};
pub use refusal::Refusal;
pub use resolver::{Names, literal};
pub use retry::Retries;
