//! A connector that misbehaves in whichever way it is told to.
//!
//! The setting `behaviour` chooses; [`behaviour`] is the table of what there is for listings,
//! [`changes`] and [`look`] those for what changes something. How it describes itself cannot be a setting, because a description comes before any configuration:
//! that is chosen by a mark in the file, see [`description`].

pub mod accounts;
pub mod actions;
pub mod behaviour;
pub mod changes;
pub mod component;
pub mod crash;
pub mod description;
pub mod forms;
pub mod grants;
pub mod look;
pub mod odd;
pub mod outside;
pub mod product;
pub mod requests;
pub mod talk;
pub mod well;

/// The contract's types and traits, generated from `wit/`.
pub mod contract {
    wit_bindgen::generate!({
        world: "provisioning-connector",
        path: "../../wit",
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
