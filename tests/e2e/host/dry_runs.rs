//! Changes that are shown and not made.

use crate::{
    product::{GRANT, OPERATIONS, Product, REVOKE, Reply, fails},
    support::{SECRET, assert_untouched, careful, component, misfit_bytes, without},
};
use e2e::host::{Host, Transcript};

pub fn dry(arguments: &[&'static str]) -> Vec<&'static str> {
    [arguments, &["--dry-run"]].concat()
}

/// What a dry run shows that succeeds and changes nothing, whatever it was about to do.
fn shown_by(product: &Product, host: Host, arguments: &[&'static str]) -> (String, Transcript) {
    let host = careful(host);
    let transcript = host.run(&dry(arguments)).succeeded();
    assert!(product.changes().is_empty(), "{:?}", product.changes());
    assert_untouched(&host);
    for message in [
        "Granted.",
        "Revoked.",
        "Account created.",
        "ActionInvoke response",
    ] {
        assert!(transcript.logged(message).is_empty(), "{transcript}");
    }
    let all = format!("{}{}", transcript.stdout, transcript.stderr);
    assert!(!all.contains(SECRET), "{all}");
    let shown = transcript.stdout.replace(product.origin(), "<ORIGIN>");
    (without_times(&shown), transcript)
}

/// The text without the moments of syncs.
fn without_times(text: &str) -> String {
    let mut parts = text.split("the sync of ");
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once(')').expect("a moment in brackets");
        let _: jiff::Timestamp = time.parse().expect("a moment");
        without.push_str(&format!("the sync of <TIME>){rest}"));
    }
    without
}

pub fn shown(behaviour: &str, arguments: &[&'static str]) -> String {
    let product = Product::start();
    shown_by(&product, product.misfit(behaviour), arguments).0
}

#[test]
fn signing_in_and_reading_still_pass() {
    for (arguments, _) in OPERATIONS {
        let product = Product::start();
        let _ = shown_by(&product, product.misfit("well"), arguments);
        let lines = product.lines();
        assert_eq!(lines[0], "POST /sign-in");
        assert!(lines[1..].iter().all(|line| line.starts_with("GET ")));
        assert!(lines.len() > 1, "{lines:?}");
    }
}

#[test]
fn nothing_that_comes_after_the_first_change_is_shown() {
    for behaviour in [
        "two-changes",
        "trap-after-change",
        "never-answer-after-change",
    ] {
        for (arguments, line) in OPERATIONS {
            let shown = shown(behaviour, arguments);
            let (method, path) = line.split_once(' ').expect("a line");
            let request = format!("\n{method} <ORIGIN>{path}\n");
            assert_eq!(shown.matches("<ORIGIN>").count(), 1, "{shown}");
            assert!(shown.contains(&request), "{shown}");
            let end = "What the connector would do after the answer is not known.\n";
            assert!(shown.ends_with(end), "{shown}");
        }
    }
}

#[test]
fn where_nothing_would_be_changed_that_is_said() {
    let mut held = GRANT;
    held[3] = "u1";
    let nothing = |annotation| format!("Dry run: nothing would be changed ({annotation}).\n");
    let exists = nothing("GrantAlreadyExists");
    assert!(shown("well", &held).contains(&exists));
    let revoked = nothing("GrantAlreadyRevoked");
    assert!(shown("already", &REVOKE).contains(&revoked));
    for (arguments, _) in OPERATIONS {
        let shown = shown("already", arguments);
        assert!(
            shown.contains("Dry run: nothing would be changed"),
            "{shown}"
        );
        assert!(!shown.contains("Held back"), "{shown}");
    }
}

#[test]
fn a_dry_run_that_can_be_seen_to_fail_fails() {
    let product = Product::start();
    for (kind, code) in [("failed-precondition", 9), ("permission-denied", 7)] {
        for (arguments, _) in OPERATIONS {
            let host = product.misfit(&format!("error-{kind}"));
            let _ = fails(&host, &dry(arguments), code, &["it does not want to"]);
        }
    }
    for (arguments, _) in OPERATIONS {
        let texts = ["crashed", "fault in the connector"];
        let host = product.misfit("trap-before-change");
        let _ = fails(&host, &dry(arguments), 13, &texts);
        let host = product.misfit("foreign-change");
        let _ = fails(
            &host,
            &dry(arguments),
            7,
            &["The sandbox refused a request"],
        );
    }
    let host = product.misfit("never-answer-before-change");
    let arguments = [&dry(&GRANT)[..], &["--time-limit", "1"]].concat();
    let _ = fails(&host, &arguments, 4, &["did not come to an end within 1 s"]);
    assert!(product.changes().is_empty());
}

#[test]
fn a_service_that_is_not_there_fails_a_dry_run_too() {
    let product = Product::with_reads("503 Busy");
    let arguments = [&dry(&GRANT)[..], &["--retries", "0"]].concat();
    let _ = fails(&product.misfit("well"), &arguments, 14, &["503"]);
}

#[test]
fn a_connector_that_cannot_look_up_one_resource_is_asked_for_all() {
    let component = component(&without(misfit_bytes(), "get-resource"));
    for (arguments, line) in OPERATIONS {
        let product = Product::start();
        let host = Host::with_component(&component.path)
            .env("BATON_BEHAVIOUR", "well")
            .env("BATON_API_SECRET", SECRET);
        let (shown, _) = shown_by(&product, product.configure(host), arguments);
        let path = line.split(' ').nth(1).expect("a path");
        assert!(shown.contains(&format!("<ORIGIN>{path}\n")), "{shown}");
        let status = match line {
            "PUT /grants/group:g1:member:user:u3" => Some("disabled"),
            "POST /accounts" => None,
            _ => Some("enabled"),
        };
        if let Some(status) = status {
            assert!(shown.contains(&format!("Before  {status}")), "{shown}");
        }
    }
}

#[test]
fn a_change_that_the_connector_declares_as_reading_is_found_out() {
    // It cannot be held back: the list of declared requests is for people to read.
    for arguments in [&GRANT[..], &dry(&GRANT)] {
        let product = Product::start();
        let texts = ["\"granted\"", "declares as a change", "inspect"];
        let _ = fails(&product.misfit("change-as-read"), arguments, 13, &texts);
        assert_eq!(product.change().line, "POST /search");
    }
}

#[test]
fn a_dry_run_is_told_by_the_environment_too() {
    let product = Product::start();
    let host = product.misfit("well").env("BATON_DRY_RUN", "true");
    let transcript = host.run(&GRANT).succeeded();
    assert!(transcript.stdout.contains("Held back"), "{transcript}");
    assert!(product.changes().is_empty());
}

#[test]
fn a_reply_has_no_part_in_a_dry_run() {
    // None is asked for, so none comes.
    let product = Product::with_replies(&[Reply::Cut]);
    let (shown, transcript) = shown_by(&product, product.misfit("well"), &GRANT);
    assert!(shown.contains("Held back"), "{shown}");
    assert!(transcript.logged("refused request").is_empty());
    assert!(transcript.logged("retrying request").is_empty());
}
