//! A stand-in for ConductorOne: it hands out tasks, and looks closely at what comes back.
//!
//! One port of 127.0.0.1 serves tokens and the gRPC service over TLS, as the real one does. It
//! checks all that a strict server would check ([`ConductorOne::violations`]), hands a task out
//! again when nothing is heard of it, and fails as a test wants it to ([`Faults`]).

mod assertion;
mod checks;
mod faults;
mod queue;
mod server;
mod service;
pub mod spelling;
mod standin;
mod state;
pub mod tasks;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod upload;

pub use faults::{CallFault, Faults, Method, TokenFault};
pub use queue::{Finish, Record, Upload};
pub use standin::{ConductorOne, Settings};
pub use state::State;

#[expect(
    unused_qualifications,
    clippy::enum_variant_names,
    reason = "this is how it is generated"
)]
mod generated {
    tonic::include_proto!("conductorone");
}

/// `c1.connector.v2`.
pub use generated::c1::connector::v2 as connector;
/// `c1.connectorapi.baton.v1`.
pub use generated::c1::connectorapi::baton::v1 as messages;

/// What ConductorOne calls the client.
pub const NAME: &str = "brave-otter-12345";
/// A secret that opens nothing.
pub const CLIENT_SECRET: &str = "secret-token:conductorone.com:v1:eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6IjAtbGhlbWpyYUk0dm1WS1R2Z1lDMXk2R3N2X2hLeWsyTVp6YlJNc29PLTQiLCJkIjoicWgxU0E1TVhxRFNRZ1lSUm4yRVM0X1FKYTRqeExhbXFmaXVxeW1WME1uUSJ9";
/// The public half of its key, in base64.
const PUBLIC_KEY: &str = "0-lhemjraI4vmVKTvgYC1y6Gsv_hKyk2MZzbRMsoO-4";
