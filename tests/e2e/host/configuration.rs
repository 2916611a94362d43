//! Where values come from.

use crate::support::misfit;
use e2e::{
    host::{Host, Transcript},
    valimail::{APP_ID, CLIENT_ID, Endpoint, Settings, Standin},
};
use std::fs;

fn refused(host: &Host, arguments: &[&str], code: i32, texts: &[&str]) -> Transcript {
    let transcript = host.run(arguments).failed_with(texts);
    assert_eq!(transcript.code, Some(code), "{transcript}");
    assert_eq!(transcript.stdout, "", "{transcript}");
    assert!(!host.file().exists());
    transcript
}

/// The slug that requests go to, with values of it in several places.
fn slug(flag: Option<&str>, variable: Option<&str>, file: Option<&str>) -> String {
    let standin = Standin::start(Settings::company());
    let origin = standin.origin();
    let mut host = Host::unconfigured()
        .env("BATON_VALIMAIL_APP_ID", APP_ID)
        .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID);
    let mut lines = format!("base-url: {origin}\nallow-outbound:\n- {origin}\n");
    if let Some(file) = file {
        lines.push_str(&format!("valimail-slug: {file}\n"));
    }
    fs::write(host.path(".baton.yaml"), lines).expect("a file");
    if let Some(variable) = variable {
        host = host.env("BATON_VALIMAIL_SLUG", variable);
    }
    let mut arguments = Vec::new();
    if let Some(flag) = flag {
        arguments.extend(["--valimail-slug", flag]);
    }
    let transcript = host.run(&arguments);
    let requests = standin.requests_to(Endpoint::List);
    let request = requests.first().unwrap_or_else(|| panic!("{transcript}"));
    let path = request.path.strip_prefix("/accounts/");
    let slug = path.and_then(|path| path.strip_suffix("/scim/v2/Users"));
    slug.unwrap_or_else(|| panic!("{request:?}")).to_owned()
}

/// What the misbehaving component gets to see, which behaves here.
fn seen(host: &Host, arguments: &[&str]) -> String {
    host.command("validate", arguments).succeeded().stdout
}

#[test]
fn required_settings_that_are_missing_are_named_all_at_once() {
    let host = Host::unconfigured();
    let transcript = refused(
        &host,
        &[],
        3,
        &[
            "required configuration is missing or empty: valimail-app-id, valimail-client-id, \
             valimail-slug",
            "App ID",
            "--valimail-app-id",
            "BATON_VALIMAIL_APP_ID",
            "--valimail-client-id",
            "BATON_VALIMAIL_CLIENT_ID",
            "--valimail-slug",
            "BATON_VALIMAIL_SLUG",
            ".baton.yaml",
        ],
    );
    assert!(!transcript.stderr.contains("base-url"), "{transcript}");
}

#[test]
fn required_settings_that_are_empty_are_missing() {
    let host = Host::unconfigured()
        .env("BATON_VALIMAIL_APP_ID", APP_ID)
        .env("BATON_VALIMAIL_CLIENT_ID", "");
    fs::write(host.path(".baton.yaml"), "valimail-slug: ''\n").expect("a file");
    let texts = ["missing or empty: valimail-client-id, valimail-slug"];
    let transcript = refused(&host, &[], 3, &texts);
    assert!(!transcript.stderr.contains(APP_ID), "{transcript}");
}

#[test]
fn a_flag_counts_before_the_environment_and_that_before_the_file() {
    let (flag, variable, file) = (Some("flagged"), Some("varied"), Some("filed"));
    assert_eq!(slug(flag, variable, file), "flagged");
    assert_eq!(slug(None, variable, file), "varied");
    assert_eq!(slug(None, None, file), "filed");
    assert_eq!(slug(flag, None, file), "flagged");
}

#[test]
fn what_nobody_sets_has_its_default() {
    let host = misfit("well");
    assert!(seen(&host, &[]).contains("how-many=7"));
    assert!(seen(&host, &["--how-many", "-3"]).contains("how-many=-3"));
    fs::write(host.path(".baton.yaml"), "how-many: 5\n").expect("a file");
    assert!(seen(&host, &[]).contains("how-many=5"));
    let host = host.env("BATON_HOW_MANY", "6");
    assert!(seen(&host, &[]).contains("how-many=6"));
}

#[test]
fn a_flag_can_be_given_in_every_usual_way() {
    for (value, expected) in [("1", "true"), ("yes", "true"), ("false", "false")] {
        let host = misfit("well").env("BATON_REALLY", value);
        assert!(seen(&host, &[]).contains(&format!("really={expected}")));
    }
    let host = misfit("well").env("BATON_REALLY", "true");
    assert!(seen(&host, &["--really=false"]).contains("really=false"));
    assert!(seen(&misfit("well"), &[]).contains("really is undefined"));
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    let texts = ["invalid value 'many'", "--how-many"];
    let _ = refused(&misfit("well"), &["--how-many", "many"], 2, &texts);
    let host = misfit("well").env("BATON_REALLY", "perhaps");
    let _ = refused(&host, &[], 2, &["perhaps", "--really"]);
}

#[test]
fn lists_come_from_everywhere() {
    let host = misfit("well").env("BATON_WHICH_ONES", "a,b");
    assert!(seen(&host, &[]).contains("which-ones=a,b\n"));
    let host = misfit("well");
    fs::write(host.path(".baton.yaml"), "which-ones:\n- c\n- d\n").expect("a file");
    assert!(seen(&host, &[]).contains("which-ones=c,d\n"));
}

#[test]
fn the_file_can_be_elsewhere() {
    let host = misfit("well").env("BATON_CONFIG_PATH", "elsewhere.yml");
    fs::write(host.path(".baton.yaml"), "how-many: 1\n").expect("a file");
    fs::write(host.path("elsewhere.yml"), "how-many: 2\n").expect("a file");
    assert!(seen(&host, &[]).contains("how-many=2"));
}

#[test]
fn a_file_need_not_be_there() {
    let host = misfit("well").env("BATON_CONFIG_PATH", "elsewhere.yaml");
    fs::write(host.path(".baton.yaml"), "how-many: 1\n").expect("a file");
    assert!(seen(&host, &[]).contains("how-many=7"));
    let transcript = host.run(&[]).succeeded();
    let warnings = transcript.logged("BATON_CONFIG_PATH names a file that does not exist");
    assert_eq!(warnings.len(), 1, "{transcript}");
    assert_eq!(warnings[0]["path"], "elsewhere.yaml");
}

#[test]
fn a_file_that_is_no_yaml_is_refused_without_its_values() {
    for text in [
        "how-many: hunter2\n  b: [",
        "- hunter2",
        "how-many: {a: hunter2}",
    ] {
        let host = misfit("well");
        fs::write(host.path(".baton.yaml"), text).expect("a file");
        let texts = ["cannot read the configuration file .baton.yaml"];
        let transcript = refused(&host, &[], 3, &texts);
        assert!(!transcript.stderr.contains("hunter2"), "{transcript}");
    }
}

#[test]
fn a_file_has_the_right_extension() {
    let host = misfit("well").env("BATON_CONFIG_PATH", "settings.json");
    fs::write(host.path("settings.json"), "{}").expect("a file");
    let texts = ["settings.json", ".yaml or .yml"];
    let _ = refused(&host, &[], 3, &texts);
}

#[test]
fn an_unknown_flag_is_refused() {
    let texts = ["unexpected argument '--how-much'", "--how-many"];
    let _ = refused(&misfit("well"), &["--how-much", "3"], 2, &texts);
}

#[test]
fn an_unknown_resource_type_is_refused_with_those_that_there_are() {
    let texts = [
        "invalid resource type \"planet\" in filter",
        "group, user, role, repository",
    ];
    let arguments = ["--sync-resource-types", "group,planet"];
    let _ = refused(&misfit("well"), &arguments, 3, &texts);
}

#[test]
fn credentials_of_service_mode_that_are_malformed_are_not_shown() {
    let host = misfit("well")
        .env("BATON_CLIENT_ID", "someone@example.com/ccc")
        .env("BATON_CLIENT_SECRET", "secret-token:conductor:eyJ");
    let texts = ["cannot run as ConductorOne's service", "the client secret"];
    let transcript = refused(&host, &[], 3, &texts);
    assert!(!transcript.stderr.contains("eyJ"), "{transcript}");
}

#[test]
fn flags_of_service_mode_do_not_disturb() {
    let host = misfit("well")
        .env("BATON_PROVISIONING", "true")
        .env("BATON_SKIP_FULL_SYNC", "false")
        .env("BATON_HEALTH_CHECK_PORT", "8081")
        .env("BATON_STORAGE_ENGINE", "sqlite");
    let _ = host.run(&[]).succeeded();
}

#[test]
fn an_origin_that_is_none_is_refused() {
    let host = misfit("well").env("BATON_ORIGIN", "misfit.example");
    let texts = ["origin is \"misfit.example\"", "http or https URL"];
    let _ = refused(&host, &[], 3, &texts);
    let texts = ["--allow-outbound", "https://host"];
    let _ = refused(
        &misfit("well"),
        &["--allow-outbound", "misfit.example"],
        2,
        &texts,
    );
}
