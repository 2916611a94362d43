//! What the fuzz targets share.

/// The oracle of the policy's own tests.
#[path = "../../../host/src/egress/policy/normalisation/careless.rs"]
pub mod careless;
/// The pieces of the policy's own tests.
#[path = "../../../host/src/egress/policy/normalisation/pieces.rs"]
pub mod pieces;

pub mod c1z;
pub mod file;
pub mod secret;
pub mod template;
pub mod text;
