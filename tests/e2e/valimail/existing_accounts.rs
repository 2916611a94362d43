//! Creating accounts that are there, perhaps.

use crate::{
    creations::{creates, exists_already, found_after_a_sync, full, is_said_to_exist},
    operations::{NEW, create, create_with, staff},
    rig::{ALREADY_EXISTS, Rig, UNAVAILABLE},
};
use e2e::valimail::{
    Account, Deed, Endpoint, ErrorBody, Fault, Faults, Filtering, Moment, Rival, Settings, field,
};
use serde_json::json;

#[test]
fn an_account_that_is_there_is_left_as_it_is() {
    let rig = Rig::staffed();
    for account in staff() {
        let address = account.text(field::USER_NAME).expect("an address");
        exists_already(&rig, &create(address), &account);
        let owner = json!({"first_name": "X", "last_name": "Y", "member_type": "owner"});
        exists_already(&rig, &create_with(address, &owner), &account);
    }
}

#[test]
fn an_address_in_another_case_is_the_same_address() {
    for filter_any_case in [true, false] {
        let rig = Rig::synced(Settings {
            filter_any_case,
            ..Settings::with(staff())
        });
        for account in staff() {
            let address = account.text(field::USER_NAME).expect("an address");
            // Where the filter minds the case, the service refuses the POST, and it is found then.
            let transcript = rig.does(&create(&address.to_uppercase()));
            is_said_to_exist(&transcript, &account);
        }
        assert_eq!(rig.standin.accounts().iter().collect::<Vec<_>>(), staff());
        assert!(rig.sent().iter().all(|post| post.status == Some(409)));
    }
}

#[test]
fn an_account_that_is_there_is_found_whatever_the_filter_does() {
    for user_name_filter in [
        Filtering::Served,
        Filtering::Refused,
        Filtering::Ignored,
        Filtering::Blind,
    ] {
        let rig = Rig::synced(Settings {
            user_name_filter,
            ..Settings::with(staff())
        });
        for account in [&staff()[2], &staff()[5]] {
            let address = account.text(field::USER_NAME).expect("an address");
            is_said_to_exist(&rig.does(&create(address)), account);
        }
        creates(&rig, &create(NEW));
        assert_eq!(found_after_a_sync(&rig), 1, "{user_name_filter:?}");
        assert_eq!(rig.standin.accounts().len(), 9, "{user_name_filter:?}");
    }
}

#[test]
fn an_account_that_comes_at_the_same_moment_is_left_as_it_is() {
    for rival in [
        Account::new("rival", NEW).owner(),
        Account::new("rival", NEW).inactive(),
        Account::new("rival", NEW.to_uppercase()),
    ] {
        let rig = Rig::synced(Settings {
            rivals: vec![Rival {
                moment: Moment::BeforeCreate,
                deed: Deed::Add(rival.clone()),
            }],
            ..Settings::with(staff())
        });
        let transcript = rig.does(&full());
        is_said_to_exist(&transcript, &rival);
        let statuses: Vec<_> = rig.sent().iter().map(|post| post.status).collect();
        assert_eq!(statuses, [Some(409)]);
        assert_eq!(rig.account("rival"), rival);
    }
}

#[test]
fn a_conflict_with_an_account_that_nobody_can_see_is_an_error() {
    let fault = Fault::Status(409, ErrorBody::Scim);
    let rig = Rig::troubled(Faults::create(fault));
    let texts = ["answered 409", "Something is not as it should be"];
    let _ = rig.refuses(&create(NEW), ALREADY_EXISTS, &texts);
    assert_eq!(rig.sent().len(), 1);
}

#[test]
fn an_account_whose_answer_is_lost_is_looked_for_and_not_created_again() {
    for fault in [
        Fault::Lost,
        Fault::CutBody(10),
        Fault::Acted(500, ErrorBody::Html),
        Fault::Acted(504, ErrorBody::Empty),
    ] {
        for reads_until_visible in [0, 1] {
            let rig = Rig::synced(Settings {
                faults: Faults::create(fault.clone()),
                reads_until_visible,
                ..Settings::with(staff())
            });
            creates(&rig, &full());
            assert_eq!(rig.sent().len(), 1, "{fault:?}");
            assert_eq!(found_after_a_sync(&rig), 1, "{fault:?}");
        }
    }
}

#[test]
fn an_account_that_does_not_turn_up_is_not_created_again() {
    for fault in [
        Fault::Reset,
        Fault::Close,
        Fault::Status(500, ErrorBody::Scim),
    ] {
        let rig = Rig::troubled(Faults::create(fault.clone()));
        // With the usual retries.
        let _ = rig.refuses(&full(), UNAVAILABLE, &["POST http://127.0.0.1:"]);
        assert_eq!(rig.count(Endpoint::Create), 1, "{fault:?}");
        // To do it again is safe, and says so by doing it.
        creates(&rig, &full());
        assert_eq!(found_after_a_sync(&rig), 1);
    }
}
