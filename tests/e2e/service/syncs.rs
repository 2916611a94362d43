//! Syncs, and their way to ConductorOne.

use crate::rig::Rig;
use e2e::{
    conductorone::{
        CallFault, Faults, Method, Record, Settings,
        messages::task::{SyncFullTask, TaskType},
        tasks,
    },
    valimail::Endpoint,
};
use tonic::Code;

/// Runs a task, and stops the service again.
fn runs(rig: &Rig, task: TaskType) -> Record {
    let running = rig.started();
    let task = rig.conductor.push(task);
    let record = rig.conductor.finished(&task);
    let _ = running.stop().succeeded();
    rig.assert_clean();
    record
}

#[test]
fn a_sync_is_uploaded_and_nothing_is_left_behind() {
    let rig = Rig::new();
    let record = runs(&rig, tasks::sync());
    let file = rig.uploaded(&record);
    assert_eq!(file.resources("user").len(), 42);
    assert_eq!(file.grants().len(), 40);
    assert!(record.heartbeats > 0);
    assert_eq!(record.handed_out, 1);
}

#[test]
fn a_sync_of_resources_alone_holds_no_grants() {
    let rig = Rig::new();
    let record = runs(
        &rig,
        TaskType::SyncFull(SyncFullTask {
            skip_entitlements_and_grants: true,
            ..SyncFullTask::default()
        }),
    );
    let file = rig.uploaded(&record);
    assert_eq!(file.resources("user").len(), 42);
    assert!(file.grants().is_empty());
}

#[test]
fn a_sync_without_grants_is_a_full_one_that_holds_entitlements() {
    let rig = Rig::new();
    let record = runs(
        &rig,
        TaskType::SyncFull(SyncFullTask {
            skip_grants: true,
            ..SyncFullTask::default()
        }),
    );
    let file = rig.uploaded(&record);
    assert_eq!(file.resources("user").len(), 42);
    assert_eq!(file.entitlements().len(), 4);
    assert!(file.grants().is_empty());
    let columns = "select name from pragma_table_info('v1_sync_runs')";
    assert!(!file.texts(columns).contains(&"sync_type".to_owned()));
}

#[test]
fn a_sync_of_a_type_that_does_not_exist_fails_for_good() {
    let rig = Rig::new();
    let record = runs(
        &rig,
        TaskType::SyncFull(SyncFullTask {
            sync_resource_type_ids: vec!["spaceship".to_owned()],
            ..SyncFullTask::default()
        }),
    );
    assert_eq!(record.end().code(), 3);
    assert!(record.end().message().contains("spaceship"), "{record:?}");
    assert!(record.end().is_for_good());
}

#[test]
fn an_upload_that_is_cut_starts_from_zero() {
    let rig = Rig::with(Settings {
        faults: Faults {
            cut_uploads: [1, 1].into(),
            ..Faults::default()
        },
        ..Settings::default()
    });
    let record = runs(&rig, tasks::sync());
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    assert_eq!(record.handed_out, 1);
}

#[test]
fn an_upload_whose_token_is_not_taken_is_tried_with_another() {
    let refused = CallFault::Refuse(Code::Unauthenticated);
    let rig = Rig::with(Settings {
        faults: Faults::calls(Method::UploadAsset, &[refused]),
        ..Settings::default()
    });
    let record = runs(&rig, tasks::sync());
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
    assert_eq!(
        (record.handed_out, rig.conductor.state().tokens_given),
        (1, 2)
    );
}

#[test]
fn an_upload_that_fails_three_times_is_handed_back() {
    let rig = Rig::with(Settings {
        faults: Faults {
            cut_uploads: [1, 1, 1].into(),
            ..Faults::default()
        },
        ..Settings::default()
    });
    let record = runs(&rig, tasks::sync());
    assert_eq!(record.handed_out, 2, "the second time it worked");
    assert_eq!(record.finishes[0].code(), 14, "{record:?}");
    assert!(!record.finishes[0].is_for_good());
    assert!(record.end().is_success());
}

#[test]
fn a_service_that_is_down_for_a_sync_may_be_synced_later() {
    let rig = Rig::of(
        Settings {
            offers: 1,
            ..Settings::default()
        },
        e2e::valimail::Settings {
            faults: e2e::valimail::Faults::auth(e2e::valimail::Script::forever(
                e2e::valimail::Fault::Status(503, e2e::valimail::ErrorBody::Empty),
            )),
            ..e2e::valimail::Settings::company()
        },
    )
    .env("BATON_RETRIES", "0");
    let record = runs(&rig, tasks::sync());
    assert_eq!(record.end().code(), 14, "{record:?}");
    assert!(!record.end().is_for_good());
}

#[test]
fn credentials_that_valimail_does_not_take_fail_a_sync_for_good() {
    let rig = Rig::new().env(
        "BATON_VALIMAIL_CLIENT_ID",
        "0badc0de-0000-4000-8000-000000000bad",
    );
    let record = runs(&rig, tasks::sync());
    assert_eq!(record.end().code(), 16, "{record:?}");
    assert!(record.end().is_for_good());
}

#[test]
fn an_operator_may_have_empty_syncs_uploaded() {
    let rig = Rig::new().env("BATON_SKIP_FULL_SYNC", "true");
    let record = runs(&rig, tasks::sync());
    assert!(rig.uploaded(&record).resources("user").is_empty());
}

#[test]
fn a_heartbeat_that_fails_now_and_then_does_no_harm() {
    let rig = Rig::with(Settings {
        faults: Faults::calls(
            Method::Heartbeat,
            &[CallFault::Refuse(Code::Internal), CallFault::CutAfter],
        ),
        ..Settings::default()
    });
    let record = runs(&rig, tasks::sync());
    assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
}

#[test]
fn what_a_killed_process_has_left_is_swept_by_the_next_one() {
    let rig = Rig::of(
        Settings {
            lease: std::time::Duration::from_secs(1),
            ..Settings::default()
        },
        e2e::valimail::Settings {
            faults: e2e::valimail::Faults::list(e2e::valimail::Fault::Hang),
            ..e2e::valimail::Settings::company()
        },
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    rig.conductor
        .wait_until("a list", |_| rig.valimail.count(Endpoint::List) > 0);
    let _ = running.kill();
    let running = rig.start(&[]);
    let record = rig.conductor.finished(&task);
    assert!(record.end().is_success(), "{record:?}");
    assert_eq!(record.handed_out, 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_sync_of_single_resources_holds_what_their_grants_are_about() {
    let rig = Rig::new();
    let record = runs(
        &rig,
        TaskType::SyncFull(SyncFullTask {
            targeted_sync_resources: vec![tasks::resource("user", "2906d4927bf178077519")],
            ..SyncFullTask::default()
        }),
    );
    let file = rig.uploaded(&record);
    assert_eq!(file.resources("user").len(), 1);
    assert_eq!(file.resources("member_type").len(), 1);
    assert_eq!(file.grants().len(), 1);
}
