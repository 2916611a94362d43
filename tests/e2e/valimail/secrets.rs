//! Credentials and tokens stay where they belong, whatever the service does with them.

use crate::rig::{INTERNAL, Rig, UNAUTHENTICATED, UNAVAILABLE, tells_none};
use e2e::{
    host::Host,
    valimail::{APP_ID, CLIENT_ID, Fault, Faults, Script, Settings, Standin},
};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

const TOKEN: &str = "c2VjcmV0LXRva2VuLXRoYXQtbm9ib2R5LXNob3VsZC1zZWU=";

/// A service that repeats the credentials wherever it can.
#[derive(Clone, Copy)]
enum Gossip {
    /// Refuses to sign anybody in.
    NoSignIn,
    /// Signs in and refuses the list with this status.
    NoList(u16),
    /// Signs in and redirects.
    Elsewhere,
    /// Answers with something that is no list.
    NoJson,
    /// Answers with JSON that is no list.
    BrokenJson,
    /// Answers with a list of records that are broken because of what they repeat.
    BrokenRecords,
}

/// Starts such a service, which runs as long as the test, and gives its origin.
fn start(gossip: Gossip) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that is gone has heard enough.
            let _ = answer(stream, gossip);
        }
    });
    origin
}

fn answer(mut stream: TcpStream, gossip: Gossip) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    // Nobody can keep a token secret that he has not been given.
    let token = if matches!(gossip, Gossip::NoSignIn) {
        "nothing"
    } else {
        TOKEN
    };
    let tale = format!("{APP_ID} and {CLIENT_ID} got Bearer {token}");
    let error = |status| {
        let detail = json!({
            "detail": tale,
            "message": tale,
            "details": [{"field": tale, "message": tale, "value": tale}],
            "request-id": token,
        });
        (status, String::new(), detail.to_string())
    };
    let (status, headers, body) = match gossip {
        Gossip::NoSignIn => error(422),
        _ if head.starts_with("POST") => (200, String::new(), json!({"token": TOKEN}).to_string()),
        Gossip::NoList(status) => error(status),
        Gossip::Elsewhere => {
            let location = format!("Location: http://127.0.0.1/?{APP_ID}&{CLIENT_ID}&{TOKEN}\r\n");
            (302, location, String::new())
        }
        Gossip::NoJson => (200, String::new(), format!("{TOKEN} {tale}")),
        Gossip::BrokenJson => (200, String::new(), format!(r#"{{"{tale}": {TOKEN}}}"#)),
        Gossip::BrokenRecords => {
            let records = [
                json!({"id": TOKEN, "userName": [tale]}),
                json!({"id": APP_ID, "userName": {}}),
                json!({"id": CLIENT_ID, "userName": 7, "active": tale}),
                json!({"id": "1", "userName": "a@b.example", "active": {}, "name": tale}),
            ];
            let list = json!({"totalResults": 4, "Resources": records});
            (200, String::new(), list.to_string())
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn is_not_repeated(gossip: Gossip, code: i32, says: &[&str]) {
    let host = Host::at(&start(gossip));
    let rig = Rig::with_host(Standin::start(Settings::default()), host);
    let arguments = ["--log-level", "debug", "--retries", "1"];
    let transcript = rig.fails(code, &arguments, says);
    let secrets = [APP_ID, CLIENT_ID, TOKEN].map(str::to_owned);
    tells_none(&transcript, &secrets);
    let arguments = [
        "--retries",
        "1",
        "--log-format",
        "console",
        "--log-level",
        "debug",
    ];
    let console = rig.host.run(&arguments);
    assert_eq!(console.code, Some(code), "{console}");
    tells_none(&console, &secrets);
    let validated = rig.host.command("validate", &["--retries", "0"]);
    tells_none(&validated, &secrets);
}

#[test]
fn a_sign_in_that_repeats_the_credentials_is_quoted_without_them() {
    let says = ["answered 422", "***"];
    is_not_repeated(Gossip::NoSignIn, UNAUTHENTICATED, &says);
}

#[test]
fn an_error_that_repeats_the_credentials_and_the_token_is_quoted_without_them() {
    // 500 is tried again, which is logged as well.
    is_not_repeated(Gossip::NoList(500), UNAVAILABLE, &["answered 500", "***"]);
    is_not_repeated(Gossip::NoList(400), INTERNAL, &["answered 400", "***"]);
    is_not_repeated(
        Gossip::NoList(401),
        UNAUTHENTICATED,
        &["answered 401", "***"],
    );
}

#[test]
fn a_redirect_that_carries_the_credentials_is_quoted_without_them() {
    is_not_repeated(Gossip::Elsewhere, INTERNAL, &["redirected to", "***"]);
}

#[test]
fn an_answer_that_begins_with_the_token_is_quoted_without_it() {
    is_not_repeated(Gossip::NoJson, INTERNAL, &["something that is not JSON"]);
    is_not_repeated(Gossip::BrokenJson, INTERNAL, &["JSON that is broken"]);
}

#[test]
fn records_that_repeat_the_credentials_are_reported_without_them() {
    is_not_repeated(Gossip::BrokenRecords, 9, &["4 of 4 records"]);
}

#[test]
fn a_good_sync_that_logs_everything_tells_no_secret() {
    let rig = Rig::new(Settings::company());
    // `syncs` looks at what is printed, and at the bytes of the database.
    let synced = rig.syncs(&["--log-level", "debug"]);
    let requests = synced.transcript.logged("request");
    assert_eq!(requests.len(), 2, "requests are logged");
    assert_eq!(rig.standin.secrets().len(), 2, "an app id and a token");
    let outside = std::fs::read(rig.host.file()).expect("the file");
    for secret in rig.standin.secrets() {
        let secret = secret.as_bytes();
        assert!(!outside.windows(secret.len()).any(|window| window == secret));
    }
}

#[test]
fn credentials_from_the_command_line_are_kept_as_well() {
    let standin = Standin::start(Settings::company());
    let origin = standin.origin();
    let rig = Rig::with_host(standin, Host::unconfigured());
    let arguments = [
        "--valimail-app-id",
        APP_ID,
        "--valimail-client-id",
        CLIENT_ID,
        "--valimail-slug",
        "larkspur-freight",
        "--base-url",
        &origin,
        "--allow-outbound",
        &origin,
        "--log-level",
        "debug",
    ];
    assert!(rig.syncs(&arguments).holds_the_company());
    rig.standin.change(|settings| {
        settings.faults = Faults::list(Script::forever(Fault::Html));
    });
    let _ = rig.fails(INTERNAL, &arguments, &["HTML"]);
    // A mistake in the flags is no reason to show them either.
    let wrong = [&arguments[..], &["--no-such-flag"]].concat();
    let transcript = rig.host.run(&wrong).failed_with(&["--no-such-flag"]);
    let secrets = [APP_ID, CLIENT_ID].map(str::to_owned);
    tells_none(&transcript, &secrets);
    let help = rig.host.run(&[&arguments[..], &["--help"]].concat());
    tells_none(&help.succeeded(), &secrets);
}

#[test]
fn help_does_not_show_the_values_of_the_environment() {
    let rig = Rig::new(Settings::company());
    let help = rig.host.run(&["--help"]).succeeded();
    assert!(help.stdout.contains("--valimail-app-id"), "{help}");
    tells_none(&help, &[APP_ID, CLIENT_ID].map(str::to_owned));
}

#[test]
fn a_secret_may_come_from_a_file_of_its_own() {
    let standin = Standin::start(Settings::company());
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), format!("{APP_ID}\n")).expect("written");
    let path = secret.path().to_str().expect("a path");
    let host = |app_id| {
        Host::of(&standin)
            .env("BATON_VALIMAIL_APP_ID", app_id)
            .env("BATON_VALIMAIL_APP_ID_FILE", path)
    };
    let transcript = host("").command("validate", &[]).succeeded();
    tells_none(&transcript, &[APP_ID.to_owned()]);
    let both = host(APP_ID).command("validate", &[]);
    tells_none(&both, &[APP_ID.to_owned()]);
    let both = both.failed_with(&["both valimail-app-id and valimail-app-id-file are given"]);
    assert_eq!(both.code, Some(3), "{both}");
}
