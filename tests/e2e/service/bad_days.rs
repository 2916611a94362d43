//! ConductorOne on a bad day.

use crate::rig::{Rig, each};
use e2e::conductorone::{
    CallFault, Faults, Method, Settings, messages::baton_service_finish_task_request::FinalState,
    tasks,
};
use tonic::Code;

fn with(faults: Faults) -> Rig {
    Rig::with(Settings {
        faults,
        ..Settings::default()
    })
}

/// A task is finished once, whatever happens on the way.
fn survives(rig: &Rig) {
    let running = rig.started();
    let task = rig.conductor.push(tasks::list_actions());
    let record = rig.conductor.finished(&task);
    assert!(record.end().is_success(), "{record:?}");
    assert_eq!(record.finishes.len(), 1);
    assert_eq!(record.handed_out, 1);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn asking_for_tasks_goes_on_whatever_is_answered() {
    each(
        &[
            CallFault::Refuse(Code::Unavailable),
            CallFault::Refuse(Code::PermissionDenied),
            CallFault::Refuse(Code::Internal),
            CallFault::CutBefore,
        ],
        |&fault| {
            survives(&with(Faults::calls(Method::GetTask, &[fault])));
        },
    );
}

#[test]
fn an_outcome_is_reported_again_when_it_has_not_arrived() {
    each(
        &[
            CallFault::Refuse(Code::Unavailable),
            CallFault::Refuse(Code::ResourceExhausted),
            CallFault::CutBefore,
        ],
        |&fault| {
            survives(&with(Faults::calls(Method::FinishTask, &[fault])));
        },
    );
}

#[test]
fn an_outcome_whose_answer_is_lost_counts_once() {
    survives(&with(Faults::calls(
        Method::FinishTask,
        &[CallFault::CutAfter],
    )));
}

#[test]
fn an_outcome_that_cannot_be_reported_is_reported_when_conductorone_answers_again() {
    // The token is not taken twice in a row, which is when a report is given up for the moment.
    let refused = CallFault::Refuse(Code::Unauthenticated);
    let rig = with(Faults::calls(Method::FinishTask, &[refused, refused]))
        .env("BATON_PROVISIONING", "true");
    let running = rig.started();
    let task = tasks::grant("member_type:owner:assigned", "2906d4927bf178077519");
    let task = rig.conductor.push(task);
    let record = rig.conductor.finished(&task);
    assert_eq!(record.handed_out, 1);
    assert_eq!(record.end().annotations(), ["GrantReplaced"]);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn an_outcome_that_is_refused_is_replaced_by_one_that_cannot_be() {
    each(&[Code::InvalidArgument, Code::OutOfRange], |&code| {
        let refused = CallFault::Refuse(code);
        let rig = with(Faults::calls(Method::FinishTask, &[refused]));
        let running = rig.started();
        let task = rig.conductor.push(tasks::list_actions());
        let record = rig.conductor.finished(&task);
        assert_eq!(record.finishes.len(), 1, "{record:?}");
        assert_eq!(record.end().code(), 13, "{record:?}");
        assert!(record.end().is_for_good(), "{record:?}");
        assert!(record.end().message().contains("a bad day"), "{record:?}");
        let Some(FinalState::Error(error)) = &record.end().0.final_state else {
            panic!("{record:?}");
        };
        assert!(error.annotations.is_empty(), "{record:?}");
        let _ = running.stop().succeeded();
        rig.assert_clean();
    });
}

#[test]
fn polls_that_are_to_follow_at_once_have_a_pause_in_between() {
    let rig = Rig::with(Settings {
        next_poll: std::time::Duration::ZERO,
        ..Settings::default()
    });
    let running = rig.started();
    rig.conductor
        .wait_until("some polls", |state| state.polls >= 3);
    let (start, before) = (std::time::Instant::now(), rig.conductor.state().polls);
    rig.conductor
        .wait_until("more polls", |state| state.polls >= before + 5);
    assert!(start.elapsed() >= std::time::Duration::from_millis(400));
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
