//! A stand-in for Valimail's API: `POST /auth` and the SCIM users of one account, with every
//! switch for what the API description leaves open and every fault that a network adds.
//!
//! A test starts a [`Standin`] with [`Settings`], points the program under test to
//! [`Standin::origin`], and looks at [`Standin::requests`] and [`Standin::account`] afterwards.
//! What the list contains is made of [`Account`]s, odd in any way; [`company`] is a believable
//! tenant, and [`Accounts::generated`] one of any size. What goes wrong is a [`Script`] of
//! [`Fault`]s for each endpoint.
//!
//! ```
//! use e2e::valimail::{Account, Fault, Faults, Settings, Standin, field};
//!
//! let standin = Standin::start(Settings {
//!     faults: Faults::list([Fault::Reset, Fault::None, Fault::CutBody(1000)]),
//!     ..Settings::with([
//!         Account::new("49c398b12b", "foo@somedomain.com").owner().inactive(),
//!         Account::new("1a2b3c4d5e", "bar@somedomain.com").without(field::NAME),
//!     ])
//! });
//! assert_eq!(standin.accounts().len(), 2);
//! ```

mod account;
mod accounts;
mod answers;
mod auth;
mod body;
mod company;
mod faults;
mod filter;
mod generated;
mod json;
mod list;
mod log;
mod names;
mod numbers;
mod patch;
mod rival;
mod script;
mod server;
mod settings;
mod source;
mod spelling;
mod standin;
mod state;
mod switches;
mod users;
mod wire;

#[cfg(test)]
mod tests;

pub use account::{Account, CORE, EXTENSION, SLUG, field};
pub use accounts::Accounts;
pub use company::company;
pub use faults::{ErrorBody, Fault, RetryAfter, Shape};
pub use json::Layout;
pub use log::{Endpoint, Request};
pub use rival::{Deed, Moment, Rival};
pub use script::{Faults, Script};
pub use settings::{APP_ID, CLIENT_ID, Settings};
pub use spelling::SPELLINGS;
pub use standin::Standin;
pub use switches::*;

/// The schema of a list response.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The schema of a PATCH request.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
