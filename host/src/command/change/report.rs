//! What is logged of a change that has been made.

use connector_host::{
    c1z,
    provisioning::{Change, Outcome, attributes, entitlement_id, status_name},
};
use svix_ksuid::{Ksuid, KsuidLike};

/// Tells in the log what has come of a change.
pub fn tell(change: &Change, outcome: &Outcome) {
    let name = outcome.name();
    let annotation = outcome.annotation();
    match (change, outcome) {
        (
            Change::Grant {
                entitlement,
                principal,
            }
            | Change::Revoke {
                entitlement,
                principal,
            },
            outcome,
        ) => {
            let grant = |entitlement: &str| {
                c1z::grant_id(entitlement, &principal.resource_type, &principal.id)
            };
            let (replaced, now_holds) = match outcome {
                Outcome::GrantReplaced(other) => (Some(grant(&entitlement_id(other))), None),
                Outcome::RevokedFor(other) => (None, Some(entitlement_id(other))),
                _ => (None, None),
            };
            tracing::info!(
                entitlement = entitlement_id(entitlement),
                principal = format!("{}:{}", principal.resource_type, principal.id),
                outcome = name,
                annotation,
                replaced_grant_id = replaced,
                now_holds,
                "{}",
                match outcome {
                    Outcome::GrantReplaced(_) => "Granted in place of another.",
                    Outcome::GrantAlreadyExists => "Already granted: nothing has been changed.",
                    Outcome::Revoked => "Revoked.",
                    Outcome::RevokedFor(_) => "Revoked, and another takes its place.",
                    Outcome::GrantAlreadyRevoked => "Already revoked: nothing has been changed.",
                    _ => "Granted.",
                }
            );
        }
        (_, Outcome::Created(account) | Outcome::AccountAlreadyExists(account)) => {
            let user = account.user.as_ref();
            tracing::info!(
                resource = format!("{}:{}", account.id.resource_type, account.id.id),
                login = user.and_then(|user| user.login.as_ref().or(user.emails.first())),
                status = user.map(|user| status_name(user.status)),
                outcome = name,
                "{}",
                match outcome {
                    Outcome::Created(_) => "Account created.",
                    _ => "Account exists already: nothing has been changed.",
                }
            );
        }
        (_, Outcome::ActionRequired(account, to_do)) => tracing::warn!(
            resource = format!("{}:{}", account.id.resource_type, account.id.id),
            to_do,
            outcome = name,
            "Account created, but not ready for use."
        ),
        (Change::InvokeAction { name, .. }, Outcome::Invoked(returned)) => tracing::info!(
            action_id = Ksuid::from_seconds(None, None).to_string(),
            name,
            status = "BATON_ACTION_STATUS_COMPLETE",
            "response.json" = %attributes(returned),
            "ActionInvoke response"
        ),
        (_, _) => tracing::info!(outcome = name, "Done."),
    }
}
