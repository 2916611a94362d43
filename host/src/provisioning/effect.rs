//! What a change makes of a state.

use super::{Change, Outcome, State, change::id};
use crate::{
    c1z,
    contract::{
        describe::{ActionKind, Description},
        types::{EntitlementId, Status},
    },
};
use std::collections::BTreeSet;

/// The state before, with what a connector that has acted must have found: nobody is granted what
/// they hold, deprived of what they do not, or created twice.
pub fn before(change: &Change, before: Option<State>) -> Option<State> {
    match change {
        Change::Grant { entitlement, .. } => Some(with(&before?, |held| {
            held.remove(&id(entitlement));
        })),
        Change::Revoke { entitlement, .. } => Some(with(&before?, |held| {
            held.insert(id(entitlement));
        })),
        Change::CreateAccount { .. } => Some(State::default()),
        Change::InvokeAction { .. } => before,
    }
}

/// The state after a change with an outcome or, without one, the state that the change is meant
/// to lead to. None where that cannot be known.
pub fn after(
    change: &Change,
    outcome: Option<&Outcome>,
    before: Option<&State>,
    description: &Description,
) -> Option<State> {
    if let Some(
        Outcome::Created(resource)
        | Outcome::ActionRequired(resource, _)
        | Outcome::AccountAlreadyExists(resource),
    ) = outcome
    {
        return Some(State::of_resource(resource));
    }
    match change {
        Change::Grant { entitlement, .. } => Some(with(&before?.clone().now(), |held| {
            match outcome {
                Some(Outcome::GrantReplaced(other)) => {
                    held.remove(&id(other));
                }
                None if change.exclusive(description).is_some() => {
                    held.retain(|held| !is_on(held, &entitlement.on.resource_type));
                }
                _ => {}
            }
            held.insert(id(entitlement));
        })),
        Change::Revoke { entitlement, .. } => Some(with(&before?.clone().now(), |held| {
            let was_held = held.remove(&id(entitlement));
            match outcome {
                Some(Outcome::RevokedFor(other)) => {
                    held.insert(id(other));
                }
                None if was_held => held.extend(floor(change, entitlement, description)),
                _ => {}
            }
        })),
        Change::CreateAccount { .. } => Some(State {
            exists: true,
            ..State::default()
        }),
        Change::InvokeAction { kind, .. } => {
            let status = match kind {
                ActionKind::AccountEnable => Status::Enabled,
                ActionKind::AccountDisable => Status::Disabled,
                ActionKind::Other | ActionKind::AccountUpdateProfile => return None,
            };
            Some(State {
                status: Some(status),
                ..before?.clone().now()
            })
        }
    }
}

/// The state with other entitlements, as far as they are known.
fn with(before: &State, change: impl FnOnce(&mut BTreeSet<String>)) -> State {
    let mut after = before.clone();
    if let Some(held) = &mut after.entitlements {
        change(held);
    }
    after
}

/// Whether an entitlement's id is of one on a resource of this type.
fn is_on(entitlement: &str, resource_type: &str) -> bool {
    entitlement.split(':').next() == Some(resource_type)
}

/// What somebody is left with from whom an entitlement is taken.
fn floor(
    change: &Change,
    entitlement: &EntitlementId,
    description: &Description,
) -> Option<String> {
    let (ty, floor) = change.exclusive(description)?;
    Some(c1z::entitlement_id(ty, floor?, &entitlement.slug))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{
        describe::{Exclusive, ResourceType, Source},
        types::ResourceId,
    };

    fn described(exclusive: Option<Exclusive>) -> Description {
        Description {
            resource_types: vec![ResourceType {
                id: "role".to_owned(),
                display_name: String::new(),
                description: None,
                traits: Vec::new(),
                parent: None,
                entitlements: Source::None,
                grants: Source::None,
                provisionable: true,
                exclusive,
            }],
            ..crate::connector::nameless()
        }
    }

    fn floor_is_member() -> Description {
        described(Some(Exclusive {
            floor: Some("member".to_owned()),
        }))
    }

    fn entitlement(role: &str) -> EntitlementId {
        EntitlementId {
            on: ResourceId {
                resource_type: "role".to_owned(),
                id: role.to_owned(),
            },
            slug: "assigned".to_owned(),
        }
    }

    fn parts(role: &str) -> (EntitlementId, ResourceId) {
        let principal = ResourceId {
            resource_type: "user".to_owned(),
            id: "1".to_owned(),
        };
        (entitlement(role), principal)
    }

    fn grant(role: &str) -> Change {
        let (entitlement, principal) = parts(role);
        Change::Grant {
            entitlement,
            principal,
        }
    }

    fn revoke(role: &str) -> Change {
        let (entitlement, principal) = parts(role);
        Change::Revoke {
            entitlement,
            principal,
        }
    }

    fn holding(entitlements: &[&str]) -> State {
        State {
            exists: true,
            entitlements: Some(entitlements.iter().map(|&held| held.to_owned()).collect()),
            ..State::default()
        }
    }

    #[test]
    fn a_grant_takes_the_place_of_another_where_there_can_be_but_one() {
        let before = holding(&["group:a:member", "role:member:assigned"]);
        let after = |description| after(&grant("owner"), None, Some(&before), &description);
        assert_eq!(
            after(floor_is_member()),
            Some(holding(&["group:a:member", "role:owner:assigned"]))
        );
        assert_eq!(
            after(described(None)),
            Some(holding(&[
                "group:a:member",
                "role:member:assigned",
                "role:owner:assigned"
            ]))
        );
    }

    #[test]
    fn a_revocation_leaves_the_floor_and_only_to_those_who_held_it() {
        let after = |held| {
            after(
                &revoke("owner"),
                None,
                Some(&holding(held)),
                &floor_is_member(),
            )
        };
        assert_eq!(
            after(&["role:owner:assigned"]),
            Some(holding(&["role:member:assigned"]))
        );
        assert_eq!(
            after(&["role:marketer:assigned"]),
            Some(holding(&["role:marketer:assigned"]))
        );
    }

    #[test]
    fn what_has_been_answered_counts_more_than_what_is_described() {
        let before = holding(&["role:member:assigned", "role:guest:assigned"]);
        let replaced = Outcome::GrantReplaced(entitlement("guest"));
        assert_eq!(
            after(
                &grant("owner"),
                Some(&replaced),
                Some(&before),
                &floor_is_member()
            ),
            Some(holding(&["role:member:assigned", "role:owner:assigned"]))
        );
    }

    #[test]
    fn nothing_is_made_up_where_nothing_is_known() {
        assert_eq!(after(&grant("owner"), None, None, &described(None)), None);
        let unknown = State {
            exists: true,
            ..State::default()
        };
        assert_eq!(
            after(&grant("owner"), None, Some(&unknown), &described(None)),
            Some(unknown)
        );
    }
}
