//! Member types, their entitlements, and who holds them.

use crate::rig::{Rig, Synced};
use e2e::{
    c1z::{Resource, annotation},
    valimail::{Account, Settings, company, field},
};
use std::collections::{BTreeMap, BTreeSet};

const ASSIGNMENT: i32 = 1;

/// An annotation of which only the presence counts.
#[derive(Clone, PartialEq, prost::Message)]
struct Empty {}

fn member_types(synced: &Synced) -> BTreeMap<String, Resource> {
    let rows = synced.file.resources("member_type").into_iter();
    rows.map(|row| (row.key, row.resource)).collect()
}

/// Ids of the grants that there should be.
fn grants_of(accounts: impl IntoIterator<Item = Account>) -> BTreeSet<String> {
    let accounts = accounts.into_iter();
    let ids = accounts.filter_map(|account| {
        let member_type = account.text(field::MEMBER_TYPE)?;
        let id = account.text(field::ID)?;
        Some(format!("member_type:{member_type}:assigned:user:{id}"))
    });
    ids.collect()
}

fn granted(synced: &Synced) -> BTreeSet<String> {
    let grants = synced.file.grants();
    let ids: BTreeSet<_> = grants.iter().map(|grant| grant.id.clone()).collect();
    assert_eq!(ids.len(), grants.len(), "a grant is there twice");
    ids
}

#[test]
fn the_documented_member_types_are_there_even_when_nobody_has_them() {
    let synced = Rig::new(Settings::with([])).syncs(&[]);
    let names: Vec<_> = member_types(&synced)
        .into_iter()
        .map(|(key, resource)| (key, resource.display_name))
        .collect();
    assert_eq!(
        names,
        [
            ("member_type:marketer".to_owned(), "Marketer".to_owned()),
            ("member_type:member".to_owned(), "Member".to_owned()),
            ("member_type:owner".to_owned(), "Owner".to_owned()),
        ]
    );
    assert!(synced.file.resources("user").is_empty());
    assert_eq!(synced.file.entitlements().len(), 3);
    assert!(synced.file.grants().is_empty());
}

#[test]
fn a_member_type_that_turns_up_in_the_accounts_is_there_beside_them() {
    let others = ["auditor", "Owner", "überprüfer:extern"];
    let accounts: Vec<_> = (0..9)
        .map(|n| Account::new(format!("id-{n}"), "a@b.example").member_type(others[n % 3]))
        .collect();
    let synced = Rig::new(Settings::with(accounts.clone())).syncs(&[]);
    let keys: BTreeSet<_> = member_types(&synced).into_keys().collect();
    let expected = ["owner", "member", "marketer"].into_iter().chain(others);
    let expected: BTreeSet<_> = expected.map(|name| format!("member_type:{name}")).collect();
    assert_eq!(keys, expected);
    let entitlements: BTreeSet<_> = synced
        .file
        .entitlements()
        .into_iter()
        .map(|row| row.id)
        .collect();
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|key| format!("{key}:assigned"))
        .collect();
    assert_eq!(entitlements, expected);
    assert_eq!(granted(&synced), grants_of(accounts));
}

#[test]
fn a_member_type_is_a_role() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let member_types = member_types(&synced);
    assert_eq!(member_types.len(), 4);
    for (key, resource) in member_types {
        let role: Option<Empty> = annotation(&resource.annotations, "RoleTrait");
        assert!(role.is_some(), "{key}");
        assert_eq!(resource.annotations.len(), 1, "{key}");
        let id = resource.id.expect("an id");
        assert_eq!(key, format!("{}:{}", id.resource_type, id.resource));
        assert_eq!(id.resource_type, "member_type");
    }
}

#[test]
fn each_member_type_has_one_entitlement_that_users_can_be_given() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let member_types = member_types(&synced);
    let entitlements = synced.file.entitlements();
    let keys: Vec<_> = entitlements.iter().map(|row| &row.on).collect();
    assert!(keys.into_iter().eq(member_types.keys()));
    for row in entitlements {
        let entitlement = row.entitlement;
        assert_eq!(row.id, format!("{}:assigned", row.on));
        assert_eq!(entitlement.id, row.id);
        assert_eq!(entitlement.slug, "assigned");
        assert_eq!(entitlement.purpose, ASSIGNMENT);
        assert_eq!(entitlement.resource.as_ref(), member_types.get(&row.on));
        let to: Vec<_> = entitlement.grantable_to.iter().map(|ty| &ty.id).collect();
        assert_eq!(to, ["user"]);
        let name = &member_types[&row.on].display_name;
        assert_eq!(
            entitlement.display_name,
            format!("{name} Member Type assigned")
        );
    }
}

#[test]
fn each_account_with_a_member_type_has_one_grant() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let granted = granted(&synced);
    assert_eq!(granted, grants_of(company().iter()));
    assert_eq!(granted.len(), 40);
    assert!(granted.contains("member_type:owner:assigned:user:49c398b12b"));
    assert!(granted.contains("member_type:auditor:assigned:user:d1e07f3a95"));
}

#[test]
fn a_grant_holds_its_whole_entitlement_resource_and_its_principal() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let member_types = member_types(&synced);
    let users: BTreeSet<_> = synced
        .file
        .resources("user")
        .into_iter()
        .map(|row| row.key)
        .collect();
    let entitlements: BTreeSet<_> = synced
        .file
        .entitlements()
        .into_iter()
        .map(|row| row.id)
        .collect();
    for row in synced.file.grants() {
        assert!(entitlements.contains(&row.entitlement), "{}", row.id);
        assert!(users.contains(&row.principal), "{}", row.id);
        assert_eq!(row.id, format!("{}:{}", row.entitlement, row.principal));
        assert_eq!(row.grant.id, row.id);
        let entitlement = row.grant.entitlement.expect("an entitlement");
        assert_eq!(entitlement.id, row.entitlement);
        let on = row.entitlement.strip_suffix(":assigned").expect("a slug");
        assert_eq!(entitlement.resource.as_ref(), member_types.get(on));
        assert!(entitlement.resource.is_some());
        let principal = row.grant.principal.and_then(|principal| principal.id);
        let principal = principal.expect("a principal with an id");
        assert_eq!(
            row.principal,
            format!("{}:{}", principal.resource_type, principal.resource)
        );
    }
}

#[test]
fn the_columns_of_a_grant_point_to_rows_that_are_there() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let whole = synced.file.number(
        "select count(*) from v1_grants g
         join v1_resources o on o.external_id = g.resource_type_id || ':' || g.resource_id
           and o.sync_id = g.sync_id
         join v1_resources p on p.sync_id = g.sync_id and p.external_id =
           g.principal_resource_type_id || ':' || g.principal_resource_id
         join v1_entitlements e on e.external_id = g.entitlement_id and e.sync_id = g.sync_id
           and e.resource_type_id = g.resource_type_id and e.resource_id = g.resource_id",
    );
    assert_eq!(whole, 40);
}

#[test]
fn resource_types_are_stored_in_the_bytes_that_baton_writes() {
    let synced = Rig::new(Settings::company()).syncs(&[]);
    let rows = synced
        .file
        .texts("select external_id || ' ' || hex(data) from v1_resource_types order by 1");
    let skip = "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants";
    let skip: String = skip.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(
        rows,
        [
            "member_type 0A0B6D656D6265725F74797065120B4D656D62657220547970651A0103".to_owned(),
            format!("user 0A04757365721204557365721A0101223F0A3D{skip}"),
        ]
    );
}
