//! A component that has been pinned, and others.

use crate::support::{component, describing, fails, misfit, misfit_bytes};
use e2e::host::Host;

/// The digest that an inspection shows.
fn digest(host: &Host) -> String {
    let transcript = host.command("inspect", &[]).succeeded();
    let mut lines = transcript.stdout.lines();
    let digest = lines.find_map(|line| line.strip_prefix("Digest "));
    digest.expect("a digest").trim().to_owned()
}

#[test]
fn a_component_with_the_digest_that_was_inspected_is_run() {
    let digest = digest(&misfit("well"));
    let flag = format!("--digest={digest}");
    for arguments in [&["--digest", digest.as_str()][..], &[flag.as_str()]] {
        let _ = misfit("well").run(arguments).succeeded();
        let _ = misfit("well").command("validate", arguments).succeeded();
    }
    let host = misfit("well").env("BATON_DIGEST", &digest);
    let _ = host.run(&[]).succeeded();
}

#[test]
fn nothing_of_another_component_is_run() {
    let pinned = digest(&misfit("well"));
    // It would crash as soon as it was asked who it is.
    let other = component(&describing(misfit_bytes(), "trap"));
    let texts = ["only sha256:", &pinned, "Nothing of it has been run"];
    for given in [&["--digest", pinned.as_str()][..], &[]] {
        let host = Host::with_component(&other.path);
        let host = match given {
            [] => host.env("BATON_DIGEST", &pinned),
            _ => host,
        };
        let _ = fails(host, given, 9, &texts);
    }
}

#[test]
fn any_component_can_be_inspected() {
    let host = misfit("well").env("BATON_DIGEST", &format!("sha256:{}", "0".repeat(64)));
    assert!(digest(&host).starts_with("sha256:"));
}

#[test]
fn what_is_no_digest_is_not_passed_over() {
    for (arguments, environment) in [(&["--digest", "sha256:12"][..], ""), (&[], "md5:12")] {
        let host = misfit("well").env("BATON_DIGEST", environment);
        let _ = fails(host, arguments, 2, &["64 hexadecimal digits"]);
    }
    let _ = fails(misfit("well"), &["--digest"], 2, &["--digest"]);
}
