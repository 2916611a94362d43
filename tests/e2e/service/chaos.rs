//! Two hundred tasks of all kinds, while connections break, calls fail in every way that is
//! worth another try, tokens run out, Valimail has a bad day as well, and the process is killed and
//! started again.

mod plan;

use crate::rig::{Rig, Running};
use e2e::{
    c1z::File,
    conductorone::{
        Faults, Record, Settings, State, TokenFault,
        connector::BatonActionStatus,
        messages::task::{SyncFullTask, TaskType},
    },
    valimail::{self, ErrorBody, Fault, RetryAfter, field},
};
use plan::{Asked, Plan};
use std::{fs, time::Duration};

/// Each brings tasks of all kinds, and in the middle of each the process is killed.
const WAVES: usize = 4;
const TASKS: usize = WAVES * plan::TASKS;
/// Out of all calls.
const FAILING: f64 = 0.05;

#[test]
fn every_task_is_finished_once_and_nothing_is_lost_or_done_twice() {
    let mut plan = Plan::default();
    let rig = Rig::of(
        Settings {
            lease: Duration::from_secs(2),
            offers: 1000,
            // The service is not told that they last no longer.
            tokens_last: Duration::from_secs(4),
            seed: 7,
            faults: Faults {
                share: FAILING,
                tokens: token_faults().into(),
                ..Faults::default()
            },
            ..Settings::default()
        },
        valimail::Settings {
            faults: troubles(),
            ..valimail::Settings::with(plan.accounts())
        },
    )
    .env("BATON_PROVISIONING", "true")
    .env("BATON_TASK_CONCURRENCY", "8");
    let mut running = rig.start(&[]);
    let mut asked = Vec::new();
    for _ in 0..WAVES {
        let wave: Vec<_> = plan
            .wave()
            .into_iter()
            .map(|(task, code)| Asked {
                id: rig.conductor.push(task),
                code,
            })
            .collect();
        running = killed_in_the_middle(&rig, running, &wave);
        // The next wave changes the same people again, and it has to be known in which order.
        rig.conductor.wait_until("all changes", |state| {
            let changes = wave.iter().filter_map(|asked| asked.change(state));
            changes.into_iter().all(Record::is_finished)
        });
        nobody_has_lost_anything(&rig, &plan);
        asked.extend(wave);
    }
    rig.conductor
        .wait_until("all tasks", |state| finished(state) == TASKS);
    let _ = running.stop().succeeded();
    let state = rig.conductor.state();
    assert_eq!(asked.len(), TASKS);
    for Asked { id, code } in asked {
        let record = state.record(&id).expect("a record");
        came_to(&rig, record, code);
    }
    nobody_has_lost_anything(&rig, &plan);
    accounts_are_there_once(&rig, &plan);
    those_who_were_to_are_active(&rig, &state);
    rig.assert_clean();
}

/// Every other token comes with some trouble.
fn token_faults() -> Vec<TokenFault> {
    let fine = || TokenFault::Slow(Duration::from_millis(20));
    vec![
        TokenFault::Status(503),
        fine(),
        TokenFault::Cut,
        fine(),
        TokenFault::Body(r#"{"access_token": ""}"#),
        fine(),
        TokenFault::ExpiresIn("soon".into()),
        fine(),
        TokenFault::Status(429),
        fine(),
        TokenFault::Status(500),
    ]
}

/// Valimail recovers from all of this: what is read is read again, and a change whose answer is
/// lost is looked for.
fn troubles() -> valimail::Faults {
    let often = |faults: &[Fault]| -> valimail::Script {
        let spaced = faults.iter().cycle().take(60).cloned();
        let fine = || [Fault::None, Fault::None, Fault::None, Fault::None];
        let script: Vec<_> = spaced
            .flat_map(|fault| fine().into_iter().chain([fault]))
            .collect();
        script.into()
    };
    let unavailable = || Fault::Status(503, ErrorBody::Html);
    let reading = [unavailable(), Fault::Reset, Fault::Close];
    let changing = [Fault::Lost, Fault::TooManyRequests(RetryAfter::Absent)];
    valimail::Faults {
        auth: often(&[unavailable(), Fault::Reset]),
        list: often(&reading),
        find: often(&reading),
        lookup: often(&reading),
        create: often(&changing),
        patch: often(&changing),
    }
}

fn finished(state: &State) -> usize {
    let records = state.records.iter();
    records.filter(|record| record.is_finished()).count()
}

/// Kills the service while it works on a wave, and starts it again.
fn killed_in_the_middle(rig: &Rig, running: Running, wave: &[Asked]) -> Running {
    rig.conductor.wait_until("half of a wave", |state| {
        let records = wave.iter().filter_map(|asked| state.record(&asked.id));
        records.filter(|record| record.is_finished()).count() >= wave.len() / 2
    });
    let _ = running.kill();
    rig.start(&[])
}

/// The one end of a task: hand-backs do not count.
fn came_to(rig: &Rig, record: &Record, code: i32) {
    if matches!(record.task.task_type, Some(TaskType::Hello(_))) {
        assert!(record.finishes.is_empty(), "{record:#?}");
        return;
    }
    let last = |finish: &&e2e::conductorone::Finish| finish.is_success() || finish.is_for_good();
    assert_eq!(
        record.finishes.iter().filter(last).count(),
        1,
        "{record:#?}"
    );
    assert_eq!(record.end().code(), code, "{record:#?}");
    if let Some(TaskType::SyncFull(task)) = &record.task.task_type {
        is_whole(rig, record, task);
    }
}

/// A file that holds what was asked for.
fn is_whole(rig: &Rig, record: &Record, task: &SyncFullTask) {
    let path = rig.conductor.directory().join("uploaded.c1z");
    let upload = record.uploads.last().expect("a file");
    fs::write(&path, &upload.0).expect("it can be written");
    let file = File::open(&path);
    let users = file.resources("user").len();
    match task.targeted_sync_resources.is_empty() {
        true => assert!(users >= plan::PEOPLE, "{users}: {record:#?}"),
        false => assert_eq!(users, 1, "{record:#?}"),
    }
    let grants = !task.skip_grants && task.sync_resource_type_ids.is_empty();
    assert_eq!(!file.grants().is_empty(), grants, "{record:#?}");
}

/// Everybody is of the member type that the last change said.
fn nobody_has_lost_anything(rig: &Rig, plan: &Plan) {
    for (id, member_type) in plan.member_types() {
        let account = rig.valimail.account(id).expect("an account");
        assert_eq!(account.text(field::MEMBER_TYPE), Some(*member_type), "{id}");
    }
}

fn accounts_are_there_once(rig: &Rig, plan: &Plan) {
    let accounts = rig.valimail.accounts();
    for email in plan.created() {
        let same = accounts
            .iter()
            .filter(|account| account.text(field::USER_NAME) == Some(email));
        assert_eq!(same.count(), 1, "{email}");
    }
    let all = plan::PEOPLE + plan.created().len();
    assert_eq!(accounts.len(), all as u64, "nobody else has got an account");
}

/// An action that goes on behind its answer may be lost with the process; what is said to be done
/// is done.
fn those_who_were_to_are_active(rig: &Rig, state: &State) {
    let mut done = 0;
    for record in &state.records {
        let Some(TaskType::ActionInvoke(task)) = &record.task.task_type else {
            continue;
        };
        if record.end().invoked().status() == BatonActionStatus::Complete {
            let account = rig.valimail.account(&plan::user_of(task));
            let active = account.expect("an account").is_active();
            assert_eq!(active, task.name == "enable_user", "{record:#?}");
            done += 1;
        }
    }
    assert!(done > 0, "not one action is done");
}
