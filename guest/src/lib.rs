//! The Valimail connector: lists the accounts of a Valimail customer and who of them is an
//! owner, a member or a marketer; changes that, creates accounts, enables and disables them.
//!
//! Read it in the direction in which the data flows:
//!
//! - [`settings`]: configuration becomes [`settings::Settings`].
//! - [`session`]: credentials become an access token (`POST /auth`).
//! - [`secrets`]: what others say comes back without the credentials.
//! - [`client`]: requests go out; [`refusal`]: statuses and error bodies become contract errors.
//! - [`list`]: the bytes of a SCIM list become records, while they arrive.
//! - [`scim`]: the records as Valimail writes them.
//! - [`page`]: a page of the account list, record by record.
//! - [`accounts`] and [`member_types`]: records become resources, entitlements and grants.
//! - [`pass`]: one pass over the account list, page by page.
//! - [`description`]: what the connector says of itself.
//!
//! And where something changes:
//!
//! - [`lookup`]: one user, or that there is none.
//! - [`grants`]: member types are given and taken away.
//! - [`actions`]: users are enabled and disabled.
//! - [`changes`]: either is done once, and seen to be done.
//! - [`owners`]: somebody has to be one.
//! - [`patch`]: a change becomes a request.
//! - [`form`] and [`creation`]: what somebody fills in becomes an account.
//!
//! All of that is plain Rust, generic over [`transport::Transport`], and tested natively.
//! [`component`] is the glue to the contract, [`transport`] the glue to `wasi:http`.

pub mod accounts;
pub mod actions;
pub mod changes;
pub mod client;
pub mod component;
pub mod creation;
pub mod description;
pub mod form;
pub mod grants;
pub mod list;
pub mod lookup;
pub mod member_types;
pub mod owners;
pub mod page;
pub mod pass;
pub mod patch;
pub mod refusal;
pub mod scim;
pub mod secrets;
pub mod session;
pub mod settings;
pub mod transport;

#[cfg(test)]
mod fake;

/// The contract's types and traits, generated from `wit/`.
pub mod contract {
    wit_bindgen::generate!({
        world: "provisioning-connector",
        path: "../wit",
        with: { "spin:variables/variables@3.0.0": spin_sdk::variables::wit::variables },
        additional_derives: [PartialEq],
    });
}

/// The exports themselves, which only link in a component.
#[cfg(target_family = "wasm")]
mod exports {
    #![expect(unsafe_code, reason = "the exports are generated")]

    use crate::{component::Component, contract};

    contract::export!(Component with_types_in contract);
}
