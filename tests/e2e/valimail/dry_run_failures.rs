//! Dry runs that can be seen to fail.

use crate::{
    dry_runs::changed_nothing,
    operations::{
        ADA, GRACE, HEDY, NEW, create, create_with, disable, everything, grant, granting, revoke,
        revoking, staff_without,
    },
    rig::{FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, Rig, UNAUTHENTICATED, UNAVAILABLE},
};
use e2e::valimail::{ErrorBody, Fault, Faults, LastOwner, Script, Settings};
use serde_json::json;

/// A dry run that fails as the change would.
fn fails(rig: &Rig, operation: &[String], code: i32, texts: &[&str]) {
    let _ = rig.refuses_with(operation, &["--dry-run", "--retries", "0"], code, texts);
    assert!(rig.sent().is_empty(), "{operation:?}");
}

#[test]
fn a_dry_run_that_would_end_the_last_owner_fails() {
    for operation in [revoke("owner", ADA), grant("member", ADA), disable(ADA)] {
        let settings = Settings {
            last_owner: LastOwner::Allowed,
            ..Settings::with(staff_without(&[GRACE]))
        };
        let rig = Rig::synced(settings);
        fails(
            &rig,
            &operation,
            FAILED_PRECONDITION,
            &["--allow-last-owner"],
        );
        let flags = ["--dry-run", "--allow-last-owner"];
        let transcript = rig.tries(&operation, &flags).succeeded();
        assert!(transcript.stdout.contains("Held back"), "{transcript}");
        assert!(rig.sent().is_empty());
    }
}

#[test]
fn a_dry_run_of_what_makes_no_sense_fails() {
    let rig = Rig::staffed();
    let none = granting("member_type:king:assigned", HEDY, "user");
    fails(&rig, &none, NOT_FOUND, &["member_type:king:assigned"]);
    fails(&rig, &grant("owner", "nobody"), NOT_FOUND, &["nobody"]);
    fails(&rig, &revoking("nothing"), NOT_FOUND, &["nothing"]);
    fails(&rig, &disable("nobody"), NOT_FOUND, &["nobody"]);
    fails(
        &rig,
        &revoke("member", HEDY),
        FAILED_PRECONDITION,
        &["member"],
    );
    fails(
        &rig,
        &grant("auditor", HEDY),
        INVALID_ARGUMENT,
        &["auditor"],
    );
    fails(&rig, &create("joan"), INVALID_ARGUMENT, &["joan"]);
    let king = create_with(NEW, &json!({"member_type": "king"}));
    fails(
        &rig,
        &king,
        INVALID_ARGUMENT,
        &["king", "owner, member, marketer"],
    );
    changed_nothing(&rig);
}

#[test]
fn a_dry_run_against_a_service_that_fails_fails() {
    let down = || Script::forever(Fault::Status(500, ErrorBody::Scim));
    for operation in everything() {
        let rig = Rig::staffed();
        rig.standin
            .change(|settings| settings.faults = Faults::reading(down()));
        fails(&rig, &operation, UNAVAILABLE, &["answered 500"]);
        rig.standin
            .change(|settings| settings.faults = Faults::auth(down()));
        fails(&rig, &operation, UNAVAILABLE, &["/auth answered 500"]);
        changed_nothing(&rig);
    }
    let rig = Rig::staffed().env("BATON_VALIMAIL_APP_ID", "another");
    fails(
        &rig,
        &grant("owner", HEDY),
        UNAUTHENTICATED,
        &["valimail-app-id"],
    );
}
