//! What Baton checks its connectors with, step by step: a grant that comes and goes, accounts
//! that are created, and accounts that are disabled and enabled.
//!
//! Only the file is looked at, as these checks do with the `baton` command.

use crate::{
    operations::{HEDY, NEW, Operation, disable, enable, entitlement, grant, revoking, staff},
    rig::{ONCE, Rig},
    rows::ENABLED,
};
use e2e::{c1z::File, valimail::Settings};
use serde_json::Value;

/// `capabilities`, which needs no configuration.
fn capabilities(rig: &Rig) -> Vec<String> {
    let transcript = rig.host.run(&["capabilities"]).succeeded();
    let printed: Value = serde_json::from_str(&transcript.stdout).expect("JSON");
    let list = printed["connectorCapabilities"].as_array().expect("a list");
    let names = list.iter().map(|name| name.as_str().expect("a name"));
    names.map(str::to_owned).collect()
}

/// A run without arguments.
fn sync(rig: &Rig) -> File {
    rig.syncs(&[]).file
}

/// `baton grants --entitlement=E`, the ids of those of one principal.
fn grants(file: &File, entitlement: &str, principal: &str) -> Vec<String> {
    let mut grants = file.grants();
    grants.retain(|row| row.entitlement == entitlement);
    grants.retain(|row| {
        let principal_of = row.grant.principal.as_ref().and_then(|p| p.id.as_ref());
        principal_of.expect("an id").resource == principal
    });
    grants.into_iter().map(|row| row.grant.id).collect()
}

/// The whole check of grants, for an entitlement and somebody who does not hold it.
fn comes_and_goes(rig: &Rig, member_type: &str, principal: &str) {
    let entitlement = entitlement(member_type);
    let granting = grant(member_type, principal);
    assert!(capabilities(rig).contains(&"CAPABILITY_PROVISION".to_owned()));
    assert_eq!(grants(&sync(rig), &entitlement, principal), [""; 0]);

    let _ = rig.does(&granting);
    let held = grants(&sync(rig), &entitlement, principal);
    assert_eq!(held.len(), 1);
    let _ = rig.does(&granting);

    let revoking = revoking(&held[0]);
    let _ = rig.does(&revoking);
    // There has been no sync: the file still says that it is held.
    assert_eq!(
        grants(&File::open(&rig.host.file()), &entitlement, principal),
        held
    );
    let _ = rig.does(&revoking);
    assert_eq!(grants(&sync(rig), &entitlement, principal), [""; 0]);

    let _ = rig.does(&granting);
    assert_eq!(grants(&sync(rig), &entitlement, principal), held);
}

#[test]
fn a_grant_comes_and_goes_and_comes_back() {
    for member_type in ["owner", "marketer"] {
        comes_and_goes(&Rig::new(Settings::with(staff())), member_type, HEDY);
        let anders = "c7a1f0d2-95be-4e37-8a64-d20b9f3e1c58";
        comes_and_goes(&Rig::new(Settings::company()), member_type, anders);
    }
}

/// How an account is looked for.
#[derive(Clone, Copy)]
enum By {
    Email,
    Login,
    DisplayName,
}

/// `baton resources -t user`, how many there are of that kind.
fn accounts(file: &File, by: By, wanted: &str) -> usize {
    let rows = file.resources("user").into_iter();
    let fitting = rows.filter(|row| {
        let user = row.user.as_ref().expect("a user trait");
        match by {
            By::Email => user.emails.iter().any(|email| email.address == wanted),
            By::Login => user.login == wanted,
            By::DisplayName => row.resource.display_name == wanted,
        }
    });
    fitting.count()
}

fn creating(flags: &[(&str, &str)]) -> Operation {
    let words = flags.iter().flat_map(|(name, value)| {
        let flag = format!("--create-account-{name}");
        [flag, (*value).to_owned()]
    });
    words.collect()
}

#[test]
fn an_account_is_created_in_each_of_four_ways_and_found_once() {
    let profile = r#"{"first_name": "Joan", "last_name": "Clarke"}"#;
    for flags in [
        &[("login", NEW), ("email", NEW), ("profile", profile)][..],
        &[("email", NEW), ("profile", profile)],
        &[("login", NEW), ("email", NEW)],
        &[("email", NEW)],
    ] {
        for settings in [Settings::with(staff()), Settings::company()] {
            let rig = Rig::new(settings);
            let before = sync(&rig);
            let capability = "CAPABILITY_ACCOUNT_PROVISIONING".to_owned();
            assert!(capabilities(&rig).contains(&capability));
            assert_eq!(accounts(&before, By::Email, NEW), 0);
            let _ = rig.does(&creating(flags));
            let file = sync(&rig);
            assert_eq!(accounts(&file, By::Email, NEW), 1);
            assert_eq!(accounts(&file, By::Login, NEW), 1);
            assert_eq!(accounts(&file, By::DisplayName, "Joan Clarke"), 1);
            let more = file.resources("user").len() - before.resources("user").len();
            assert_eq!(more, 1);
        }
    }
}

/// The status that the annotation of an account shows.
fn status(file: &File, id: &str) -> i32 {
    let rows = file.resources("user");
    let row = rows.iter().find(|row| row.key == format!("user:{id}"));
    let user = row.and_then(|row| row.user.as_ref());
    let status = user.and_then(|user| user.status.as_ref());
    status.expect("a status").status
}

#[test]
fn an_account_is_disabled_and_enabled_again() {
    let rig = Rig::new(Settings::with(staff()));
    assert!(capabilities(&rig).contains(&"CAPABILITY_ACTIONS".to_owned()));
    assert_eq!(status(&sync(&rig), HEDY), ENABLED);
    let _ = rig.does(&disable(HEDY));
    assert_ne!(status(&sync(&rig), HEDY), ENABLED);
    let _ = rig.does(&enable(HEDY));
    assert_eq!(status(&sync(&rig), HEDY), ENABLED);
}

#[test]
fn what_cannot_be_done_is_not_promised() {
    let rig = Rig::new(Settings::with(staff()));
    let promised = capabilities(&rig);
    for capability in [
        "CAPABILITY_RESOURCE_DELETE",
        "CAPABILITY_CREDENTIAL_ROTATION",
    ] {
        assert!(!promised.contains(&capability.to_owned()), "{promised:?}");
    }
    let _ = rig.syncs(&ONCE);
}
