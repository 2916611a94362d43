//! Saying hello.

use crate::rig::{Rig, UNAUTHENTICATED, each};
use e2e::conductorone::{
    CallFault, Faults, Method, Settings, TokenFault, connector::Capability, tasks,
};
use std::time::Duration;
use tonic::Code;

#[test]
fn a_hello_says_what_the_connector_is_and_can_do() {
    let rig = Rig::new();
    let transcript = rig.started().stop().succeeded();
    let state = rig.conductor.state();
    let hello = &state.hellos["a-pod"];
    let metadata = hello.connector_metadata.as_ref().expect("metadata");
    assert_eq!(metadata.display_name, "Valimail");
    let capabilities = metadata.capabilities.as_ref().expect("capabilities");
    let own: Vec<_> = capabilities.connector_capabilities().collect();
    for expected in [
        Capability::Provision,
        Capability::Sync,
        Capability::AccountProvisioning,
        Capability::Actions,
    ] {
        assert!(own.contains(&expected), "{own:?}");
    }
    let form = metadata.account_creation_schema.as_ref().expect("a form");
    assert!(form.field_map["email"].required);
    assert_eq!(transcript.stdout, "");
    rig.assert_clean();
}

#[test]
fn a_hello_is_said_again_when_it_is_asked_for() {
    let rig = Rig::new();
    let running = rig.started();
    let task = rig.conductor.push(tasks::hello());
    let record = rig.conductor.finished(&task);
    assert!(
        record.finishes.is_empty(),
        "the hello is all there is to it"
    );
    assert_eq!(rig.conductor.state().hellos_heard, 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn a_hello_is_said_until_the_service_is_there() {
    let rig = Rig::with(Settings {
        faults: Faults {
            tokens: [TokenFault::Status(503), TokenFault::Status(429)].into(),
            ..Faults::calls(
                Method::Hello,
                &[CallFault::Refuse(Code::Unavailable), CallFault::CutBefore],
            )
        },
        ..Settings::default()
    });
    let transcript = rig.started().stop().succeeded();
    assert_eq!(
        transcript
            .logged("ConductorOne has not heard the hello; trying again")
            .len(),
        4
    );
    rig.assert_clean();
}

#[test]
fn a_service_that_is_not_there_yet_is_waited_for() {
    let mut rig = Rig::new();
    rig.conductor.down();
    let running = rig.start(&[]);
    running.wait_for_log("ConductorOne has not heard the hello; trying again", 1);
    rig.conductor.up();
    rig.conductor
        .wait_until("a hello", |state| state.hellos_heard == 1);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn credentials_that_are_not_taken_end_it() {
    each(&[400, 401, 403], |&status| {
        let fault = TokenFault::Status(status);
        let rig = Rig::with(Settings {
            faults: Faults::tokens(&[fault.clone(), fault]),
            ..Settings::default()
        });
        let transcript = rig.start(&[]).wait();
        let transcript = transcript.failed_with(&[
            "the client id or the client secret is not",
            "BATON_CLIENT_SECRET",
        ]);
        assert_eq!(transcript.code, Some(UNAUTHENTICATED));
    });
}

#[test]
fn whatever_else_is_answered_when_a_token_is_asked_for_may_pass() {
    each(&[302, 404, 405, 408, 418, 429, 500, 502, 503], |&status| {
        let rig = Rig::with(Settings {
            faults: Faults::tokens(&[TokenFault::Status(status)]),
            ..Settings::default()
        });
        let _ = rig.started().stop().succeeded();
        assert_eq!(rig.conductor.state().tokens_given, 1);
        rig.assert_clean();
    });
}

#[test]
fn a_hello_that_is_refused_ends_it_with_the_services_words() {
    let rig = Rig::with(Settings {
        faults: Faults::calls(Method::Hello, &[CallFault::Refuse(Code::PermissionDenied)]),
        ..Settings::default()
    });
    let transcript = rig.start(&[]).wait();
    let transcript =
        transcript.failed_with(&["ConductorOne has refused the connector", "a bad day"]);
    assert_eq!(transcript.code, Some(7));
}

#[test]
fn an_odd_answer_for_a_token_is_asked_for_again() {
    let bodies = [
        "",
        "{",
        "[]",
        r#"{"access_token": ""}"#,
        "<html>login</html>",
    ];
    each(&bodies, |&body| {
        let rig = Rig::with(Settings {
            faults: Faults::tokens(&[TokenFault::Body(body)]),
            ..Settings::default()
        });
        let _ = rig.started().stop().succeeded();
        rig.assert_clean();
    });
}

#[test]
fn a_clock_that_is_off_is_made_up_for() {
    for clock_ahead in [-3600, 3600] {
        let rig = Rig::with(Settings {
            clock_ahead,
            ..Settings::default()
        });
        let transcript = rig.started().stop().succeeded();
        assert_eq!(
            transcript
                .logged("ConductorOne's clock differs from this machine's; going by ConductorOne's")
                .len(),
            1,
            "{transcript}"
        );
        rig.assert_clean();
    }
}

#[test]
fn a_token_that_is_asked_for_by_the_other_clock_may_have_to_be_asked_for_again() {
    // The first request is refused because of the time, and the second one finds a bad day.
    let fine = TokenFault::Slow(Duration::ZERO);
    let rig = Rig::with(Settings {
        clock_ahead: 3600,
        faults: Faults::tokens(&[fine, TokenFault::Status(503)]),
        ..Settings::default()
    });
    let _ = rig.started().stop().succeeded();
    assert_eq!(rig.conductor.state().tokens_given, 1);
    rig.assert_clean();
}

#[test]
fn a_token_that_is_revoked_is_replaced() {
    let rig = Rig::new();
    let running = rig.started();
    rig.conductor.revoke_tokens();
    let task = rig.conductor.push(tasks::list_actions());
    assert!(rig.conductor.finished(&task).end().is_success());
    assert_eq!(rig.conductor.state().tokens_given, 2);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn tokens_that_say_that_they_last_no_time_are_still_used() {
    let rig = Rig::with(Settings {
        token_seconds: 0,
        ..Settings::default()
    });
    let running = rig.started();
    rig.conductor
        .wait_until("some polls", |state| state.polls > 10);
    let _ = running.stop().succeeded();
    assert_eq!(rig.conductor.state().tokens_given, 1);
    rig.assert_clean();
}
