//! Two hundred tasks of all kinds, while connections break, calls fail in every way that is
//! worth another try, and the process is killed and started again.

use crate::rig::Rig;
use e2e::{
    conductorone::{Faults, Record, Settings, State, messages::task::TaskType, tasks},
    valimail::company,
};
use std::{collections::BTreeSet, time::Duration};

const TASKS: usize = 200;
/// Out of all calls.
const FAILING: f64 = 0.1;
/// After so many more finished tasks, the process is killed.
const KILLED_AFTER: usize = 40;

/// Somebody new for each account, and the same few people for everything else.
fn task(number: usize, people: &[String]) -> TaskType {
    let person = &people[number % people.len()];
    match number % 10 {
        0 => tasks::sync(),
        1 | 2 => tasks::grant("member_type:marketer:assigned", person),
        3 | 4 => tasks::revoke("member_type:marketer:assigned", person),
        5 => tasks::create_account(&format!("new{number}@larkspur.example"), &[]),
        6 => tasks::list_actions(),
        7 => tasks::invoke("enable_user", &[("user_id", person)]),
        8 => tasks::grant("member_type:member:assigned", person),
        _ => tasks::unsupported(),
    }
}

fn finished(state: &State) -> usize {
    state
        .records
        .iter()
        .filter(|record| record.is_finished())
        .count()
}

#[test]
fn every_task_is_finished_once_and_nothing_is_lost_or_done_twice() {
    let rig = Rig::with(Settings {
        lease: Duration::from_secs(2),
        offers: 1000,
        seed: 7,
        faults: Faults {
            share: FAILING,
            ..Faults::default()
        },
        ..Settings::default()
    })
    .env("BATON_PROVISIONING", "true")
    .env("BATON_TASK_CONCURRENCY", "8");
    let people: Vec<_> = company()
        .iter()
        .filter(|account| account.is_active() && !account.is_active_owner())
        .filter_map(|account| account.text("/id").map(str::to_owned))
        .take(8)
        .collect();
    assert_eq!(people.len(), 8);
    for number in 0..TASKS {
        rig.conductor.push(task(number, &people));
    }
    let mut running = rig.start(&[]);
    let mut next = KILLED_AFTER;
    while next < TASKS {
        rig.conductor
            .wait_until("some tasks", |state| finished(state) >= next);
        let _ = running.kill();
        running = rig.start(&[]);
        next += KILLED_AFTER;
    }
    rig.conductor
        .wait_until("all tasks", |state| finished(state) == TASKS);
    let _ = running.stop().succeeded();
    let state = rig.conductor.state();
    for record in &state.records {
        assert_eq!(ends(record), 1, "{record:#?}");
    }
    accounts_are_there_once(&rig, &state);
    rig.assert_clean();
}

/// How often a task was brought to its final end; hand-backs do not count.
fn ends(record: &Record) -> usize {
    let handed_back =
        |finish: &&e2e::conductorone::Finish| finish.is_success() || finish.is_for_good();
    record.finishes.iter().filter(handed_back).count()
}

fn accounts_are_there_once(rig: &Rig, state: &State) {
    let created = state
        .records
        .iter()
        .filter_map(|record| match &record.task.task_type {
            Some(TaskType::CreateAccount(task)) => Some((task, record)),
            _ => None,
        });
    let accounts = rig.valimail.accounts();
    let mut ids = BTreeSet::new();
    for (task, record) in created {
        assert!(record.end().is_success(), "{record:#?}");
        let email = &task.account_info.as_ref().expect("an account").emails[0].address;
        let same: Vec<_> = accounts
            .iter()
            .filter(|account| account.text("/userName") == Some(email))
            .collect();
        assert_eq!(same.len(), 1, "{email}");
        ids.insert(same[0].text("/id").map(str::to_owned));
    }
    assert_eq!(ids.len(), TASKS / 10);
}
