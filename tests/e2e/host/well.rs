//! A component that behaves, row by row.

use crate::support::{SECRET, misfit};
use e2e::{c1z::File, host::Host};
use prost_types::{Struct, value::Kind};

/// The parts of a stored resource that the common reader leaves out.
#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, optional, tag = "2")]
    parent: Option<e2e::c1z::ResourceId>,
    #[prost(string, tag = "5")]
    description: String,
}

/// The same for an entitlement.
#[derive(Clone, PartialEq, prost::Message)]
struct Entitlement {
    #[prost(string, tag = "4")]
    description: String,
}

fn synced() -> (Host, File) {
    let host = misfit("well");
    let _ = host.run(&[]).succeeded();
    let file = File::open(&host.file());
    (host, file)
}

/// The content of a column of blobs, decoded.
fn decoded<M: prost::Message + Default>(file: &File, query: &str) -> Vec<M> {
    let mut statement = file.database.prepare(query).expect("a query");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0));
    rows.expect("rows")
        .map(|row| M::decode(&row.expect("a row")[..]).expect("a message"))
        .collect()
}

#[test]
fn resource_types_are_stored_in_the_order_of_their_description() {
    let (_host, file) = synced();
    let types = file.texts("select external_id from v1_resource_types order by id");
    assert_eq!(types, ["group", "user", "role", "repository"]);
}

#[test]
fn resources_are_stored_in_the_order_of_the_lists() {
    let (_host, file) = synced();
    let rows = file.texts(
        "select external_id || ' in ' || ifnull(parent_resource_type_id || ':' ||
         parent_resource_id, '-') from v1_resources order by id",
    );
    insta::assert_snapshot!(rows.join("\n"), @"
    group:g1 in -
    group:g2 in -
    user:u1 in -
    user:u2 in -
    role:hidden in -
    user:u3 in -
    role:admin in -
    role:viewer in -
    repository:compiler in group:g1
    repository:linker in group:g1
    ");
}

#[test]
fn names_and_descriptions_are_stored() {
    let (_host, file) = synced();
    let name = |ty: &str, at: usize| file.resources(ty)[at].resource.display_name.clone();
    assert_eq!(name("group", 0), "Engineering");
    assert_eq!(name("group", 1), "g2", "the id stands in for an empty name");
    assert_eq!(name("role", 0), "Hidden", "what comes first counts");
    let resources: Vec<Resource> = decoded(&file, "select data from v1_resources order by id");
    assert_eq!(resources[0].description, "They build it");
    assert_eq!(resources[1].description, "");
    let parents = resources
        .iter()
        .filter_map(|resource| resource.parent.as_ref());
    let parents: Vec<_> = parents.map(|parent| &parent.resource).collect();
    assert_eq!(parents, ["g1", "g1"]);
}

#[test]
fn everything_that_is_known_of_a_user_is_stored() {
    let (_host, file) = synced();
    let users = file.resources("user");
    let user = users[0].user.as_ref().expect("a trait");
    assert_eq!(user.login, "u1");
    assert_eq!(user.account_type, 1);
    assert_eq!(user.status.as_ref().map(|status| status.status), Some(1));
    let emails = user.emails.iter();
    let emails: Vec<_> = emails.map(|e| (e.address.as_str(), e.is_primary)).collect();
    assert_eq!(
        emails,
        [("u1@misfit.example", true), ("u1@home.example", false)]
    );
    let created = users[0].resource.created_at.as_ref().expect("a date");
    assert_eq!((created.seconds, created.nanos), (1_700_000_000, 5));
    assert_eq!(user.created_at.as_ref(), Some(created));

    assert_eq!(user.profile, users[0].resource.profile);
    let profile: &Struct = user.profile.as_ref().expect("a profile");
    let kinds: Vec<_> = profile
        .fields
        .iter()
        .map(
            |(name, value)| match value.kind.as_ref().expect("a value") {
                Kind::StringValue(text) => format!("{name}={text}"),
                Kind::NumberValue(number) => format!("{name}={number}"),
                Kind::BoolValue(flag) => format!("{name}={flag}"),
                Kind::ListValue(list) => format!("{name}: {} values", list.values.len()),
                other => format!("{name}={other:?}"),
            },
        )
        .collect();
    assert_eq!(
        kinds,
        [
            "floor=2.5",
            "on_call=true",
            "teams: 2 values",
            "title=Größe"
        ]
    );
    let disabled = users[2].user.as_ref().expect("a trait");
    assert_eq!(
        disabled.status.as_ref().map(|status| status.status),
        Some(2)
    );
}

#[test]
fn entitlements_are_stored_wherever_they_come_from() {
    let (_host, file) = synced();
    let rows = file.entitlements().into_iter().map(|row| {
        let entitlement = row.entitlement;
        let by: Vec<_> = entitlement
            .grantable_to
            .into_iter()
            .map(|ty| ty.id)
            .collect();
        format!(
            "{} on {} ({}, {}) for {}",
            row.id,
            row.on,
            entitlement.display_name,
            entitlement.purpose,
            by.join("+")
        )
    });
    let rows: Vec<_> = rows.collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    group:g1:member on group:g1 (member, 1) for user
    group:g1:owner on group:g1 (Owner, 3) for user+group
    group:g2:member on group:g2 (member, 1) for user
    role:admin:assigned on role:admin (assigned, 1) for user
    role:hidden:assigned on role:hidden (assigned, 1) for user
    role:viewer:assigned on role:viewer (assigned, 1) for user
    ");
    let query = "select data from v1_entitlements where external_id = 'group:g1:owner'";
    let owner: Vec<Entitlement> = decoded(&file, query);
    assert_eq!(owner[0].description, "Decides");
}

#[test]
fn grants_are_stored_once_wherever_they_come_from() {
    let (_host, file) = synced();
    let rows = file.grants().into_iter();
    let rows: Vec<_> = rows
        .map(|row| {
            let entitlement = row.grant.entitlement.expect("an entitlement");
            assert_eq!(entitlement.id, row.entitlement);
            assert_eq!(row.grant.id, row.id);
            format!("{} ({} by {})", row.id, row.entitlement, row.principal)
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    group:g1:member:user:u1 (group:g1:member by user:u1)
    group:g1:member:user:u2 (group:g1:member by user:u2)
    group:g1:owner:group:g2 (group:g1:owner by group:g2)
    group:g1:owner:user:u1 (group:g1:owner by user:u1)
    group:g2:member:user:u3 (group:g2:member by user:u3)
    role:admin:assigned:user:u1 (role:admin:assigned by user:u1)
    role:hidden:assigned:user:u2 (role:hidden:assigned by user:u2)
    role:hidden:assigned:user:u3 (role:hidden:assigned by user:u3)
    role:viewer:assigned:user:u2 (role:viewer:assigned by user:u2)
    role:viewer:assigned:user:u3 (role:viewer:assigned by user:u3)
    ");
}

#[test]
fn a_sync_of_some_types_leaves_the_others_out() {
    let host = misfit("well");
    let _ = host
        .run(&["--sync-resource-types", "group,role"])
        .succeeded();
    let file = File::open(&host.file());
    let rows = file.texts("select external_id from v1_resources order by id");
    assert_eq!(rows, ["group:g1", "group:g2", "role:admin", "role:viewer"]);
    let grants: Vec<_> = file.grants().into_iter().map(|row| row.id).collect();
    assert_eq!(grants, ["group:g1:owner:group:g2"], "nobody else is there");
}

#[test]
fn a_validation_says_what_it_has_seen() {
    let host = misfit("well").env("BATON_ORIGIN", "https://misfit.example");
    let arguments = ["--really", "--which-ones", "a,b", "--which-ones", "c"];
    let transcript = host.command("validate", &arguments).succeeded();
    assert_eq!(
        transcript.stdout,
        "Misfit: behaviour=well; origin=https://misfit.example; method=GET; url is undefined; \
         api-secret=***; how-many=7; really=true; which-ones=a,b,c\n"
    );
    assert!(!transcript.stderr.contains(SECRET), "{transcript}");
}

#[test]
fn a_validation_that_fails_says_so() {
    let host = misfit("trap");
    let transcript = host
        .command("validate", &[])
        .failed_with(&["misfit crashed during validate", "fault in the connector"]);
    assert_eq!(transcript.code, Some(13), "{transcript}");
    let host = misfit("never-answer");
    let transcript = host
        .command("validate", &["--time-limit", "1"])
        .failed_with(&["stopped during validate", "--time-limit"]);
    assert_eq!(transcript.code, Some(4), "{transcript}");
}
