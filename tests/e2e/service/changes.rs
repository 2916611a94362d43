//! Changes of access, and actions.

use crate::rig::Rig;
use e2e::conductorone::{
    Record,
    connector::{BatonActionStatus, create_account_response::Result as Created},
    messages::task::TaskType,
    tasks,
};

/// A member of the demo company.
const MEMBER: &str = "2906d4927bf178077519";

/// Runs tasks one after the other, and stops the service again.
fn run(rig: &Rig, tasks: Vec<TaskType>) -> Vec<Record> {
    let running = rig.started();
    let records = tasks.into_iter().map(|task| {
        let task = rig.conductor.push(task);
        rig.conductor.finished(&task)
    });
    let records = records.collect();
    let _ = running.stop().succeeded();
    rig.assert_clean();
    records
}

#[test]
fn a_grant_replaces_the_one_before_and_says_so_and_the_second_time_there_is_nothing_to_do() {
    let rig = Rig::provisioning();
    let owner = || tasks::grant("member_type:owner:assigned", MEMBER);
    let records = run(&rig, vec![owner(), owner()]);
    assert_eq!(records[0].end().annotations(), ["GrantReplaced"]);
    assert_eq!(records[1].end().annotations(), ["GrantAlreadyExists"]);
}

#[test]
fn a_revocation_takes_a_grant_back_once() {
    let rig = Rig::provisioning();
    let revoke = || tasks::revoke("member_type:owner:assigned", MEMBER);
    let grant = tasks::grant("member_type:owner:assigned", MEMBER);
    let records = run(&rig, vec![grant, revoke(), revoke()]);
    assert!(records[1].end().is_success(), "{records:?}");
    assert_eq!(records[2].end().annotations(), ["GrantAlreadyRevoked"]);
}

#[test]
fn an_account_is_created_once() {
    let rig = Rig::provisioning();
    let create = || {
        let profile = [("first_name", "Ada"), ("member_type", "marketer")];
        tasks::create_account("ada@larkspur.example", &profile)
    };
    let records = run(&rig, vec![create(), create()]);
    let results: Vec<_> = records
        .iter()
        .map(|record| record.end().created().result.expect("a result"))
        .collect();
    let Created::Success(created) = &results[0] else {
        panic!("{results:?}");
    };
    let Created::AlreadyExists(existing) = &results[1] else {
        panic!("{results:?}");
    };
    assert!(created.is_create_account_result && existing.is_create_account_result);
    let id = |resource: &Option<e2e::conductorone::connector::Resource>| {
        resource.as_ref().and_then(|resource| resource.id.clone())
    };
    assert!(id(&created.resource).is_some());
    assert_eq!(id(&created.resource), id(&existing.resource));
}

#[test]
fn nothing_is_changed_where_the_operator_has_not_allowed_it() {
    let rig = Rig::new();
    let records = run(
        &rig,
        vec![
            tasks::grant("member_type:owner:assigned", MEMBER),
            tasks::revoke("member_type:owner:assigned", MEMBER),
            tasks::create_account("ada@larkspur.example", &[]),
        ],
    );
    for record in records {
        assert_eq!(record.end().code(), 9, "{record:?}");
        assert!(
            record
                .end()
                .message()
                .starts_with("provisioning is not enabled")
        );
        assert!(record.end().is_for_good());
    }
}

#[test]
fn what_is_not_there_is_said_not_to_be_there() {
    let rig = Rig::provisioning();
    let records = run(
        &rig,
        vec![
            tasks::grant("member_type:emperor:assigned", MEMBER),
            tasks::grant("spaceship:one:pilot", MEMBER),
            tasks::grant("member_type:owner:assigned", "00000000000000000000"),
            tasks::invoke("launch", &[]),
            tasks::get_action("launch"),
            tasks::action_status("nothing"),
        ],
    );
    let codes: Vec<_> = records.iter().map(|record| record.end().code()).collect();
    assert_eq!(codes, [3, 12, 5, 5, 5, 5], "{records:#?}");
    assert!(records.iter().all(|record| record.end().is_for_good()));
}

#[test]
fn a_task_that_the_connector_cannot_do_is_finished_all_the_same() {
    let rig = Rig::provisioning();
    let records = run(&rig, vec![tasks::unsupported(), tasks::unheard_of()]);
    for (record, name) in records.iter().zip(["create_ticket", "unknown"]) {
        assert_eq!(record.end().code(), 12, "{record:?}");
        assert!(record.end().is_for_good(), "{record:?}");
        assert!(record.end().message().contains(name), "{record:?}");
    }
}

#[test]
fn a_task_without_what_it_takes_is_malformed() {
    let rig = Rig::provisioning();
    let records = run(
        &rig,
        vec![
            TaskType::Grant(Default::default()),
            TaskType::Revoke(Default::default()),
            TaskType::CreateAccount(Default::default()),
        ],
    );
    for record in records {
        assert_eq!(record.end().code(), 3, "{record:?}");
        assert!(record.end().message().starts_with("malformed task"));
    }
}

#[test]
fn actions_are_listed_described_and_carried_out_and_remembered() {
    let rig = Rig::new();
    let running = rig.started();
    let finished = |task| rig.conductor.finished(&rig.conductor.push(task));
    let listed = finished(tasks::list_actions());
    let names: Vec<_> = listed
        .end()
        .actions()
        .schemas
        .into_iter()
        .map(|schema| schema.name)
        .collect();
    assert_eq!(names, ["enable_user", "disable_user"]);
    assert!(
        finished(tasks::get_action("disable_user"))
            .end()
            .is_success()
    );
    let invoked = finished(tasks::invoke("disable_user", &[("user_id", MEMBER)]));
    let invoked = invoked.end().invoked();
    assert_eq!(invoked.status(), BatonActionStatus::Complete);
    let status = finished(tasks::action_status(&invoked.id));
    assert_eq!(
        status.end().action_status().status(),
        BatonActionStatus::Complete
    );
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn several_tasks_are_done_at_once() {
    use e2e::valimail::{Fault, Faults, Settings};
    // Two look-ups are held until both are there.
    let rig = Rig::of(
        e2e::conductorone::Settings::default(),
        Settings {
            faults: Faults::lookup(e2e::valimail::Script::times(2, Fault::Together(2))),
            ..Settings::company()
        },
    )
    .env("BATON_PROVISIONING", "true");
    let running = rig.started();
    let grant = || tasks::grant("member_type:member:assigned", MEMBER);
    let both = [grant(), grant()].map(|task| rig.conductor.push(task));
    for task in both {
        assert!(rig.conductor.finished(&task).end().is_success());
    }
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
