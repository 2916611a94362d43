//! The contract `identity:connector` as the host speaks it, generated from `wit/`.

mod generated {
    wasmtime::component::bindgen!({
        world: "provisioning-connector",
        path: "../wit",
        imports: { default: async | store | trappable },
        exports: { default: async | store },
        additional_derives: [PartialEq],
    });
}

pub use generated::exports::identity::connector::{
    create_account, describe, get_resource, grant, invoke_action, list_entitlements, list_grants,
    list_resources, validate,
};
pub use generated::identity::connector::types;
pub use generated::spin::variables::variables;

/// The contract's package and the version that this host implements.
pub const PACKAGE: &str = "identity:connector";
/// A component built against another `0.x`, or another major version, is refused.
pub const VERSION: (u64, u64) = (0, 1);
/// What each connector exports.
pub const REQUIRED: [&str; 5] = [
    "describe",
    "validate",
    "list-resources",
    "list-entitlements",
    "list-grants",
];
/// What a connector may export beside that.
pub const OPTIONAL: [&str; 4] = ["get-resource", "grant", "create-account", "invoke-action"];
