//! How it is written down that a change has failed, or that nobody knows.

use crate::{
    product::{CREATE, GRANT, OPERATIONS, Product, Reply},
    receipts::{receipt, receipts, with_receipts},
    service::Service,
    support::misfit,
};
use e2e::host::{Transcript, finish};
use serde_json::{Value, json};

/// What is written down of an operation that fails.
fn of_failure(
    product: &Product,
    behaviour: &str,
    arguments: &[&'static str],
    outcome: &str,
) -> (Value, Transcript) {
    let host = product.misfit(behaviour);
    let transcript = host.run(&with_receipts(arguments));
    assert!(!matches!(transcript.code, Some(0) | None), "{transcript}");
    let receipt = receipt(&host, product);
    assert_eq!(receipt["outcome"], outcome, "{receipt}");
    assert!(receipt["error"].is_string(), "{receipt}");
    (receipt, transcript)
}

#[test]
fn what_has_failed_before_anything_was_sent_has_failed() {
    let product = Product::start();
    for behaviour in [
        "trap-before-change",
        "error-permission-denied",
        "foreign-change",
    ] {
        for (arguments, _) in OPERATIONS {
            let (receipt, _) = of_failure(&product, behaviour, arguments, "failed");
            assert_eq!(receipt["requests"], json!([]), "{behaviour}");
        }
    }
    assert!(product.changes().is_empty());
}

#[test]
fn what_the_service_refuses_has_failed() {
    for (arguments, _) in OPERATIONS {
        let product = Product::with_replies(&[Reply::Status("403 Forbidden")]);
        let (receipt, _) = of_failure(&product, "well", arguments, "failed");
        assert_eq!(receipt["requests"][0]["status"], 403);
        let error = receipt["error"].as_str().expect("a text");
        assert!(error.contains("was answered with 403"), "{error}");
    }
}

#[test]
fn what_ends_badly_after_a_change_is_unknown() {
    for behaviour in [
        "trap-after-change",
        "panic-after-change",
        "error-after-change",
    ] {
        for (arguments, _) in OPERATIONS {
            let product = Product::start();
            let (receipt, _) = of_failure(&product, behaviour, arguments, "unknown");
            assert_eq!(receipt["requests"][0]["status"], 200, "{behaviour}");
            let _ = product.change();
        }
    }
}

#[test]
fn what_runs_out_of_time_after_a_change_is_unknown() {
    for (arguments, _) in OPERATIONS {
        let product = Product::start();
        let arguments = [arguments, &["--time-limit", "2"]].concat();
        let behaviour = "never-answer-after-change";
        let (_, transcript) = of_failure(&product, behaviour, &arguments, "unknown");
        assert_eq!(transcript.code, Some(4), "{transcript}");
        let _ = product.change();
    }
}

#[test]
fn what_is_cut_off_is_unknown() {
    for (arguments, _) in OPERATIONS {
        let product = Product::with_replies(&[Reply::Cut]);
        let (receipt, _) = of_failure(&product, "well", arguments, "unknown");
        let request = &receipt["requests"][0];
        assert_eq!(request["status"], Value::Null, "{receipt}");
        assert!(request["error"].is_string(), "{receipt}");
        assert_eq!(request["retries"], 0);
    }
}

#[test]
fn what_the_service_does_not_know_is_unknown() {
    for reply in ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout"] {
        let product = Product::with_replies(&[Reply::Status(reply)]);
        let (receipt, _) = of_failure(&product, "well", &GRANT, "unknown");
        assert_eq!(receipt["requests"][0]["retries"], 0, "{receipt}");
    }
}

#[test]
fn what_the_service_had_no_time_for_has_failed() {
    let product = Product::with_replies(&[Reply::Status("429 Too Many Requests"); 9]);
    let arguments = [&GRANT[..], &["--retries", "1"]].concat();
    let (receipt, _) = of_failure(&product, "well", &arguments, "failed");
    assert_eq!(receipt["requests"][0]["retries"], 1, "{receipt}");
    assert_eq!(receipt["requests"][0]["status"], 429, "{receipt}");
}

#[test]
fn what_has_never_left_has_failed() {
    let service = Service::start();
    let host = misfit("well")
        .env("BATON_ORIGIN", &service.origin())
        .env("BATON_ALLOW_OUTBOUND", &service.origin());
    let arguments = [&with_receipts(&CREATE)[..], &["--retries", "1"]].concat();
    let child = host.start("run", &arguments);
    let last = loop {
        let request = service.request();
        match request.line() {
            "GET /allowed" => break request,
            _ => request.answer("200 OK", ""),
        }
    };
    // Nobody is there for what comes next.
    drop(service);
    last.answer("200 OK", "");
    let transcript = finish(child);
    assert_eq!(transcript.code, Some(14), "{transcript}");
    let receipts = receipts(&host);
    assert_eq!(receipts[0]["outcome"], "failed", "{receipts:?}");
    let requests = receipts[0]["requests"].as_array().expect("a list");
    assert!(
        requests
            .iter()
            .all(|request| request["status"] == Value::Null)
    );
}

#[test]
fn an_answer_that_cannot_be_is_unknown() {
    for arguments in [&GRANT[..], &CREATE] {
        let product = Product::start();
        let (receipt, _) = of_failure(&product, "undescribed-answer", arguments, "unknown");
        assert_eq!(receipt["requests"][0]["status"], 200, "{receipt}");
    }
}
