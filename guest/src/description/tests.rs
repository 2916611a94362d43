//! What hosts rely on.

use super::*;
use crate::contract::exports::identity::connector::describe::{Effect, Operations};

#[test]
fn the_same_request_is_declared_once() {
    let requests = description().outbound_requests;
    let declared: std::collections::BTreeSet<_> = requests
        .iter()
        .flat_map(|request| request.methods.iter().map(|method| (method, &request.url)))
        .collect();
    assert_eq!(declared.len(), requests.len());
}

#[test]
fn only_what_changes_something_is_bound_to_operations() {
    let mut during = Operations::empty();
    for request in description().outbound_requests {
        let changes = request.effect == Effect::Change;
        assert_eq!(changes, !request.during.is_empty(), "{}", request.url);
        during |= request.during;
    }
    assert_eq!(during, Operations::all());
}

#[test]
fn a_member_type_that_is_taken_away_leaves_a_member() {
    let description = description();
    let mut types = description.resource_types.iter();
    let member_type = types.find(|ty| ty.id == MEMBER_TYPE).expect("the type");
    assert!(member_type.provisionable);
    let floor = member_type.exclusive.as_ref();
    let floor = floor.and_then(|exclusive| exclusive.floor.as_deref());
    assert_eq!(floor, Some(MEMBER));
    assert!(KNOWN.contains(&MEMBER));
}

#[test]
fn an_account_takes_an_address_and_no_more() {
    let form = account_form();
    let required: Vec<_> = form.fields.iter().filter(|field| field.required).collect();
    assert_eq!(required.len(), 1);
    assert_eq!(required[0].name, "email");
    assert_eq!(form.credentials, [CredentialOption::NoPassword]);
}

#[test]
fn what_an_action_acts_on_is_one_of_its_arguments() {
    for action in description().actions {
        let target = action.target.expect("a target");
        assert!(
            action
                .arguments
                .iter()
                .any(|argument| argument.name == target.argument)
        );
        assert_eq!(target.resource_type, USER);
    }
}

#[test]
fn the_last_owner_is_safe_unless_somebody_says_otherwise() {
    let settings = settings();
    let mut settings = settings.iter();
    let setting = settings.find(|setting| setting.field.name == "allow-last-owner");
    let setting = setting.expect("the setting");
    assert!(setting.advanced && !setting.field.required);
    assert_eq!(setting.field.kind, Kind::Flag);
    assert_eq!(setting.field.default_value.as_deref(), Some("false"));
}
