//! What passes the gate while something is to be changed, how often, and what does not.

use crate::product::{ACTION, CREATE, GRANT, OPERATIONS, Product, REVOKE, Reply, fails, succeeds};
use e2e::host::Transcript;

const BUSY: Reply = Reply::Status("429 Too Many Requests");

/// That a request is refused for this reason, whatever the connector makes of it.
fn refused(behaviour: &str, arguments: &[&str], reason: &str) -> Transcript {
    let product = Product::start();
    let reason = reason.replace("{origin}", product.origin());
    let hint = format!("The sandbox refused a request: {reason}");
    let transcript = fails(&product.misfit(behaviour), arguments, 7, &[&hint]);
    let lines = transcript.logged("refused request");
    assert_eq!(lines.len(), 1, "{transcript}");
    assert!(product.changes().is_empty(), "{:?}", product.changes());
    transcript
}

#[test]
fn nothing_is_changed_while_a_connector_is_only_asked_what_there_is() {
    let reason = "PUT {origin}/grants/group:g1:member:user:u3 changes something";
    // It is asked where somebody is going to see the answer.
    for seen in [&["--receipts", "receipts.jsonl"][..], &["--dry-run"]] {
        let arguments = [&GRANT[..], seen].concat();
        let _ = refused("look-changes", &arguments, reason);
    }
}

#[test]
fn an_operation_does_not_send_what_belongs_to_another() {
    let account = "POST {origin}/accounts changes something";
    let _ = refused("foreign-change", &GRANT, account);
    let grant = "PUT {origin}/grants/group:g1:member:user:u3 changes something";
    for arguments in [&REVOKE[..], &CREATE, &ACTION] {
        let _ = refused("foreign-change", arguments, grant);
    }
}

#[test]
fn what_is_declared_for_two_operations_passes_in_both_only() {
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let host = product.misfit("shared-change");
        match arguments == GRANT || arguments == REVOKE {
            true => {
                let _ = succeeds(&host, arguments);
                assert_eq!(product.change().line, "POST /change", "{line}");
            }
            false => {
                let texts = ["POST", "/change changes something"];
                let _ = fails(&host, arguments, 7, &texts);
                assert!(product.changes().is_empty());
            }
        }
    }
}

#[test]
fn what_is_not_declared_is_refused() {
    for (arguments, line) in OPERATIONS {
        let method = line.split(' ').next().expect("a method");
        let none = "is none of the requests that the connector declares";
        let reason = format!("{method} {{origin}}/elsewhere {none}");
        let _ = refused("undeclared-change", arguments, &reason);
    }
}

#[test]
fn changes_of_an_operation_have_a_number() {
    let product = Product::start();
    let texts = ["100 requests that change something have been sent already in this operation"];
    let _ = fails(&product.misfit("many-changes"), &GRANT, 7, &texts);
    assert_eq!(product.changes().len(), 100);
}

#[test]
fn a_change_is_repeated_when_the_service_has_not_acted_on_it() {
    for (arguments, line) in OPERATIONS {
        let product = Product::with_replies(&[BUSY, BUSY]);
        let transcript = succeeds(&product.misfit("well"), arguments);
        let changes = product.changes();
        assert_eq!(changes.len(), 3, "{changes:?}");
        assert!(changes.iter().all(|change| change.line == line));
        assert!(
            changes.iter().all(|change| change.body == changes[0].body),
            "{changes:?}"
        );
        assert_eq!(transcript.logged("retrying request").len(), 2);
    }
}

#[test]
fn a_change_is_not_repeated_for_ever() {
    let product = Product::with_replies(&[BUSY; 9]);
    let arguments = [&GRANT[..], &["--retries", "1"]].concat();
    let texts = ["was answered with 429"];
    let _ = fails(&product.misfit("well"), &arguments, 14, &texts);
    assert_eq!(product.changes().len(), 2);
}

#[test]
fn a_change_is_not_repeated_when_it_may_have_worked() {
    for reply in ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout"] {
        let product = Product::with_replies(&[Reply::Status(reply)]);
        let answered = format!("was answered with {}", &reply[..3]);
        let _ = fails(&product.misfit("well"), &GRANT, 14, &[&answered]);
        let _ = product.change();
    }
    for (arguments, line) in OPERATIONS {
        let product = Product::with_replies(&[Reply::Cut]);
        let _ = fails(&product.misfit("well"), arguments, 14, &[]);
        assert_eq!(product.change().line, line);
    }
}

#[test]
fn an_answer_that_refuses_is_passed_on() {
    for (reply, code) in [
        ("400 Bad Request", 13),
        ("401 Unauthorized", 16),
        ("403 Forbidden", 7),
        ("404 Not Found", 5),
        ("409 Conflict", 6),
        ("412 Precondition Failed", 9),
    ] {
        let product = Product::with_replies(&[Reply::Status(reply)]);
        let text = format!("was answered with {reply}");
        let _ = fails(&product.misfit("well"), &GRANT, code, &[&text]);
        let _ = product.change();
    }
}

#[test]
fn a_connector_that_makes_light_of_a_refusal_gains_nothing() {
    for arguments in [&GRANT[..], &REVOKE, &CREATE] {
        let product = Product::start();
        let transcript = product.misfit("foreign-change-ignored").run(arguments);
        assert!(!matches!(transcript.code, Some(0) | None), "{transcript}");
        assert_eq!(transcript.logged("refused request").len(), 1);
        assert!(product.changes().is_empty(), "{:?}", product.changes());
    }
}

#[test]
fn a_change_that_nobody_has_seen_leaving_is_not_believed() {
    for arguments in [&GRANT[..], &REVOKE, &CREATE] {
        let product = Product::start();
        let texts = ["declares as a change", "fault in the connector"];
        let _ = fails(&product.misfit("no-change"), arguments, 13, &texts);
        assert!(product.changes().is_empty());
    }
}
