//! The policy that a run enforces, and that others only look at.

use crate::cli::PolicyFlags;
use connector_host::{
    contract::describe::Description,
    egress::{FileError, Policy, PolicyFile},
    failure::{Failure, Kind, Result},
};

/// What the connector declares, with the operator's file and flags. `value` is that of a setting
/// that is no secret, if it has one.
///
/// # Errors
///
/// When a template does not make a URL, or the file makes no sense.
pub fn of(
    description: &Description,
    value: impl Fn(&str) -> Option<String>,
    flags: &PolicyFlags,
) -> Result<Policy> {
    let described = |name: &str| {
        let mut settings = description.settings.iter();
        settings.find(|setting| setting.field.name == name)
    };
    let declared = |name: &str| described(name).map(|_| value(name).unwrap_or_default());
    let named = flags.allow_outbound.clone();
    let policy = Policy::new(&description.outbound_requests, declared, named);
    let policy = policy.map_err(|error| Failure::of(Kind::InvalidArgument, error))?;
    let Some(path) = &flags.policy else {
        return Ok(policy);
    };
    let plain = |name: &str| {
        let setting = described(name).filter(|setting| !setting.field.secret);
        setting.map(|_| value(name).unwrap_or_default())
    };
    let laid = PolicyFile::read(path).and_then(|file| policy.under(&file, plain));
    laid.map_err(|error| {
        let kind = match error {
            FileError::Unreadable { .. } => Kind::Other,
            FileError::Nonsense { .. } => Kind::InvalidArgument,
        };
        Failure::of(kind, error).hint("Nothing has been sent: the policy file counts as a whole.")
    })
}
