//! Ids that are not there, and what was probably meant.

use super::*;

/// Two people among others, in a file with a role.
fn people() -> (Place, Reader) {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    fill(&mut writer, 20);
    person(
        &mut writer,
        "id-grace",
        "Grace Hopper",
        "grace",
        "Grace.Hopper@Example.com",
    );
    person(
        &mut writer,
        "id-ada",
        "Ada Lovelace",
        "ada",
        "ada@example.com",
    );
    grant(&mut writer, "id-grace");
    writer.finish().expect("finished");
    let reader = place.read();
    (place, reader)
}

#[test]
fn a_person_is_found_by_whatever_they_are_known_as_in_any_case() {
    let (_place, reader) = people();
    for text in [
        "grace.hopper@example.com",
        "GRACE.HOPPER@EXAMPLE.COM",
        " grace.hopper@example.com\n",
        "Grace",
        "alias-of-GRACE",
        "grace hopper",
        "ID-Grace",
        "user:id-grace",
    ] {
        let found = reader.nearest_resource("user", text).expect("readable");
        assert_eq!(found, near("id-grace", "Grace Hopper"), "{text}");
        let found = reader.nearest_resource("role", text).expect("readable");
        assert_eq!(found, None, "{text}");
    }
}

#[test]
fn a_person_is_found_in_spite_of_typing_mistakes() {
    let (_place, reader) = people();
    for text in [
        "grace.hoper@example.com",
        "grace.hopper@exmaple.com",
        "Grace Hoppre",
        "Adda Lovelace",
        "id-grade",
    ] {
        let found = reader.nearest_resource("user", text).expect("readable");
        let expected = match text.starts_with('A') {
            true => near("id-ada", "Ada Lovelace"),
            false => near("id-grace", "Grace Hopper"),
        };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_entitlement_is_found_by_nearly_its_id_or_by_its_object() {
    let (_place, reader) = people();
    for text in [
        "role:ownr:assigned",
        "Role:Owner:Assigned",
        "roll:owner:assigned",
        "role:owner",
        "owner",
        "onwer",
    ] {
        let found = reader.nearest_entitlement(text).expect("readable");
        assert_eq!(found, near("role:owner:assigned", "assigned"), "{text}");
    }
}

#[test]
fn a_grant_is_found_by_nearly_its_id_and_named_after_its_principal() {
    let (_place, reader) = people();
    for text in [
        "role:owner:assigned:user:id-garce",
        "role:owner:asigned:user:id-grace",
    ] {
        let found = reader.nearest_grant(text).expect("readable");
        let id = "role:owner:assigned:user:id-grace";
        assert_eq!(found, near(id, "The id-grace"), "{text}");
    }
}

#[test]
fn a_grant_whose_principal_is_a_stub_is_named_after_the_object() {
    let (place, reader) = people();
    drop(reader);
    let stub = Grant {
        id: "role:owner:assigned:user:id-grace".into(),
        ..Grant::default()
    };
    place.change(&format!(
        "update v1_grants set data = x'{}' where external_id = '{}'",
        hex::encode(stub.encode_to_vec()),
        stub.id
    ));
    let reader = place.read();
    let found = reader.nearest_grant("role:owner:assigned:user:id-gracee");
    assert_eq!(found.expect("readable"), near(&stub.id, "Grace Hopper"));
    let found = reader.grant(&stub.id).expect("readable").expect("a grant");
    let principal = found.principal.expect("a principal").id.expect("an id");
    assert_eq!(
        (&*principal.resource_type, &*principal.resource),
        ("user", "id-grace")
    );
    let entitlement = found.entitlement.expect("an entitlement");
    assert_eq!(entitlement.id, "role:owner:assigned");
    let object = entitlement.resource.expect("an object").id.expect("an id");
    assert_eq!(
        (&*object.resource_type, &*object.resource),
        ("role", "owner")
    );
}

#[test]
fn where_nothing_is_near_there_is_nothing() {
    let (_place, reader) = people();
    for text in [
        "",
        " ",
        "zebra",
        "frank.hopper@example.com",
        "ada@elsewhere.org",
        "21",
    ] {
        let found = reader.nearest_resource("user", text).expect("readable");
        assert_eq!(found, None, "{text}");
        let found = reader.nearest_entitlement(text).expect("readable");
        assert_eq!(found, None, "{text}");
        let found = reader.nearest_grant(text).expect("readable");
        assert_eq!(found, None, "{text}");
    }
    let found = reader.nearest_entitlement("role:member:assigned");
    assert_eq!(found.expect("readable"), None);
    let found = reader.nearest_grant("role:owner:assigned:user:99");
    assert_eq!(found.expect("readable"), None);
    let found = reader.nearest_resource("group", "grace").expect("readable");
    assert_eq!(found, None);
}

#[test]
fn nobody_comes_before_another_by_taking_their_address_for_a_name() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    let boss = "boss@example.com";
    person(&mut writer, "1", boss, "mallory", "mallory@example.com");
    person(&mut writer, "2", "The Boss", "boss", boss);
    writer.finish().expect("finished");
    let reader = place.read();
    let found = reader.nearest_resource("user", boss).expect("readable");
    assert_eq!(found, near("2", "The Boss"));
}

#[test]
fn the_nearer_of_two_is_meant_and_the_first_of_equals() {
    let place = Place::new();
    let mut writer = place.open().expect("opened");
    for name in ["administratives", "administrators", "administrated"] {
        person(&mut writer, &format!("id of {name}"), name, "", "");
    }
    writer.finish().expect("finished");
    let reader = place.read();
    for (text, meant) in [
        ("administrator", "administrators"),
        ("administrative", "administratives"),
        ("administrate", "administrated"),
        ("administrat", "administrated"),
    ] {
        let found = reader.nearest_resource("user", text).expect("readable");
        assert_eq!(found, near(&format!("id of {meant}"), meant), "{text}");
    }
}
