//! Using up time, memory and handles.

use crate::arena::{attack, beside};
use connector_host::sandbox::Limits;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn one_second_to_compute(limits: &mut Limits) {
    limits.cpu = SECOND;
}

fn one_second_for_a_call(limits: &mut Limits) {
    limits.call_time = SECOND;
}

#[test]
fn an_endless_loop_is_stopped() {
    let outcome = attack("endless-loop").limits(one_second_to_compute).run();
    outcome.fails_with(&["it has computed for more than 1 s (--cpu-limit)"]);
}

#[test]
fn endless_questions_to_the_host_are_stopped() {
    let attack = attack("endless-questions");
    let outcome = attack.limits(one_second_to_compute).run();
    outcome.fails_with(&["it has computed for more than 1 s (--cpu-limit)"]);
}

#[test]
fn endless_yielding_is_stopped() {
    let attack = attack("endless-yielding");
    let outcome = attack.limits(one_second_to_compute).run();
    outcome.fails_with(&["it has computed for more than 1 s (--cpu-limit)"]);
}

#[test]
fn loops_on_every_thread_leave_room_for_others() {
    let loops = [
        "endless-loop",
        "endless-questions",
        "endless-yielding",
        "endless-loop",
    ];
    // They could go on for ten minutes, and are given up when the neighbour is ready.
    let loops: Vec<_> = loops.map(|name| attack(name).begin()).into();
    beside(async {});
    for given_up in loops {
        given_up.give_up();
    }
}

#[test]
fn waiting_for_ever_is_stopped() {
    let outcome = attack("endless-waiting")
        .limits(one_second_for_a_call)
        .run();
    outcome.fails_with(&["did not come to an end within 1 s (--call-time-limit)"]);
}

#[test]
fn blocking_for_ever_is_stopped() {
    let outcome = attack("endless-blocking")
        .limits(one_second_for_a_call)
        .run();
    outcome.fails_with(&["did not come to an end within 1 s (--call-time-limit)"]);
}

#[test]
fn a_sync_without_an_end_is_stopped() {
    let outcome = attack("endless-waiting")
        .limits(|limits| limits.time = SECOND)
        .run();
    outcome.fails_with(&[
        "did not come to an end within 1 s (--time-limit)",
        "during sync",
    ]);
}

#[test]
fn an_endless_recursion_is_stopped() {
    let outcome = attack("endless-recursion").run();
    outcome.fails_with(&["call stack exhausted (--stack-limit)"]);
}

#[test]
fn a_memory_bomb_is_denied() {
    for (limit, text) in [(16, "more than 16 MiB"), (64, "more than 64 MiB")] {
        let attack = attack("memory-bomb").limits(|limits| limits.memory = limit << 20);
        attack.run().fails_with(&[text, "(--memory-limit)"]);
    }
}

#[test]
fn a_handle_bomb_is_denied() {
    attack("handle-bomb")
        .run()
        .fails_with(&["(--handle-limit)"]);
}

#[test]
fn a_memory_bomb_in_the_host_is_denied() {
    // That the memory is bounded is seen in the arena.
    let outcome = attack("memory-bomb-in-the-host").run();
    outcome.fails_with(&["(--handle-limit)"]);
}

#[test]
fn methods_and_hosts_of_a_megabyte_are_not_kept_by_the_host() {
    attack("long-words")
        .run()
        .fails_with(&["nothing of a megabyte is kept"]);
}

#[test]
fn a_task_bomb_is_denied() {
    attack("task-bomb").run().fails_with(&["(--handle-limit)"]);
}

#[test]
fn a_trap_a_panic_or_an_exit_ends_nothing_but_the_component() {
    for (name, text) in [
        ("trap", "unreachable"),
        ("panic", "the connector crashed"),
        ("exit", "it has ended itself"),
    ] {
        attack(name)
            .run()
            .fails_with(&["cannot list", text, "fault in the connector"]);
    }
}
