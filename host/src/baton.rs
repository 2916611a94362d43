//! Baton's messages, generated from `proto/`.

#[cfg(test)]
mod tests;

pub mod json;

use prost::{Message, Name};
use prost_types::Any;

#[expect(unused_qualifications, reason = "this is how it is generated")]
mod generated {
    tonic::include_proto!("baton");
}

/// `c1.config.v1`: fields of forms.
pub use generated::c1::config::v1 as config;
/// `c1.connector.v2`: objects, annotations, capabilities, and what comes of tasks.
pub use generated::c1::connector::v2 as connector;
/// `c1.connectorapi.baton.v1`: what ConductorOne and a connector say to each other.
pub use generated::c1::connectorapi::baton::v1 as service;
/// `google.rpc`: how something has ended.
pub use generated::google::rpc as status;

/// Wraps a message, as annotations and responses are.
///
/// Readers tell them apart by what follows the last slash of the type address. The value of an
/// `Any` is compared byte by byte; maps inside are sorted, so equal messages give equal bytes.
pub fn any<M: Message + Name>(message: &M) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{}", M::full_name()),
        value: message.encode_to_vec(),
    }
}
