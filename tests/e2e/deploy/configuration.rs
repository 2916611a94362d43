//! Whether the program takes what the manifests and units tell it.

use crate::manifests::{
    container, cron_job, files, secret, secret_keys, service_pod, sync_pod, text,
};
use e2e::host::Host;
use k8s_openapi::api::core::v1::ExecAction;
use serde_json::Value;
use std::collections::BTreeSet;

/// Words that look like variables of the program.
fn variables(text: &str) -> BTreeSet<&str> {
    let word = |c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_';
    text.split(word)
        // What ends so stands for several.
        .filter(|word| word.starts_with("BATON_") && !word.ends_with('_'))
        .collect()
}

/// Variables of the settings that the component has to have, by Baton's rule.
fn required_settings() -> BTreeSet<String> {
    let config = Host::unconfigured().run(&["config"]).succeeded();
    let config: Value = serde_json::from_str(&config.stdout).expect("JSON");
    let fields = config["fields"].as_array().expect("fields").iter();
    fields
        .filter(|field| field["isRequired"] == true)
        .map(|field| field["name"].as_str().expect("a name"))
        .map(|name| format!("BATON_{}", name.to_uppercase().replace('-', "_")))
        .collect()
}

#[test]
fn the_program_knows_every_variable_that_is_named() {
    let help = Host::unconfigured().run(&["--help"]).succeeded();
    let known = variables(&help.stdout);
    let mut named = 0;
    let files = files("kubernetes").into_iter().chain(files("systemd"));
    for file in files.chain(["README.md".to_owned()]) {
        for variable in variables(&text(&file)) {
            assert!(known.contains(variable), "{file}: {variable}");
            named += 1;
        }
    }
    assert!(named > 20, "only {named} variables");
}

#[test]
fn the_secret_holds_what_the_connector_and_the_service_need() {
    let mut needed = required_settings();
    let own = [
        "BATON_CLIENT_ID",
        "BATON_CLIENT_SECRET",
        "BATON_PROVISIONING",
    ];
    needed.extend(own.map(str::to_owned));
    assert_eq!(secret_keys().into_iter().collect::<BTreeSet<_>>(), needed);
}

#[test]
fn the_deployment_takes_all_of_the_secret() {
    let sources = container(service_pod()).env_from.expect("sources");
    let name = secret().metadata.name.expect("a name");
    let names: Vec<_> = sources
        .into_iter()
        .map(|source| source.secret_ref.expect("a secret").name)
        .collect();
    assert_eq!(names, [name]);
}

#[test]
fn the_cron_job_takes_what_a_sync_needs_and_no_client_id() {
    let container = container(sync_pod());
    assert_eq!(container.env_from, None);
    let name = secret().metadata.name.expect("a name");
    let mut taken = BTreeSet::new();
    for variable in container.env.expect("variables") {
        let Some(source) = variable.value_from else {
            continue;
        };
        let key = source.secret_key_ref.expect("a key");
        assert_eq!((&key.name, &key.key), (&name, &variable.name));
        assert_eq!(key.optional, None);
        taken.insert(variable.name);
    }
    assert_eq!(taken, required_settings());
}

#[test]
fn probes_are_commands_of_the_program() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port().to_string();
    drop(free);
    let container = container(service_pod());
    let probes = [
        (container.startup_probe, "live"),
        (container.liveness_probe, "live"),
        (container.readiness_probe, "ready"),
    ];
    for (probe, endpoint) in probes {
        let probe = probe.expect("a probe");
        let command = command(probe.exec.expect("a command"));
        let arguments: Vec<_> = command.iter().map(String::as_str).collect();
        let host = Host::unconfigured().env("BATON_HEALTH_CHECK_PORT", &port);
        let asked = host.run(&arguments);
        let asked = asked.failed_with(&["no answer from http://127.0.0.1:", endpoint]);
        assert_eq!(asked.code, Some(14));
        // The command waits for 5 seconds, and is to say itself that it has waited in vain.
        assert!(probe.timeout_seconds.is_some_and(|seconds| seconds > 5));
    }
}

/// What comes after the name of the program.
fn command(action: ExecAction) -> Vec<String> {
    let mut command = action.command.expect("a command");
    assert_eq!(command.remove(0), "/baton-valimail");
    command
}

#[test]
fn a_sync_that_cannot_succeed_is_not_tried_again() {
    let job = cron_job().spec.expect("a spec").job_template.spec;
    let policy = job.expect("a job").pod_failure_policy.expect("a policy");
    let mut codes = policy.rules.into_iter().filter_map(|rule| {
        assert!(["FailJob", "Ignore"].contains(&rule.action.as_str()));
        rule.on_exit_codes
    });
    let codes = codes.next().expect("codes").values;
    let unconfigured = Host::unconfigured().run(&[]);
    assert_eq!(unconfigured.code, Some(3), "{unconfigured}");
    assert!(codes.contains(&3));
    // No answer, and no time: these may pass.
    assert!(!codes.contains(&14) && !codes.contains(&4));
}
