//! A connector that attacks its host in whichever way it is told to.
//!
//! The setting `attack` chooses; [`attacks`] is the table of what there is. It describes itself
//! well, and asks for requests that a reviewer would let pass. What attacks the binary format and
//! the calling convention rather than the host's functions is not here: tests write that by hand.

pub mod attacks;
pub mod component;
pub mod description;
pub mod exhaust;
pub mod leaks;
pub mod lists;
pub mod machine;
pub mod requests;
pub mod traffic;
pub mod wire;

/// The contract's types and traits, generated from `wit/`.
pub mod contract {
    wit_bindgen::generate!({
        world: "connector",
        path: "../../wit",
        with: { "spin:variables/variables@3.0.0": spin_sdk::variables::wit::variables },
    });
}

/// The exports themselves, which only link in a component.
#[cfg(target_family = "wasm")]
mod exports {
    #![expect(unsafe_code, reason = "the exports are generated")]

    use crate::{component::Component, contract};

    contract::export!(Component with_types_in contract);
}
