//! What may be called, by whom, and with what.

use super::*;
use crate::conductorone::connector::GrantManagerServiceGrantResponse;
use prost::Name;

/// An object of no meaning.
fn any() -> Any {
    Any::default()
}

fn grant_response() -> Option<Any> {
    let name = GrantManagerServiceGrantResponse::full_name();
    Some(Any {
        type_url: format!("type.googleapis.com/{name}"),
        value: Vec::new(),
    })
}

#[test]
fn a_hello_that_lacks_anything_is_refused() {
    type Change = fn(&mut BatonServiceHelloRequest);
    let changes: [(&str, Change); 13] = [
        ("host_id", |hello| hello.host_id.clear()),
        ("host_id", |hello| hello.host_id = "é".repeat(257)),
        ("annotations", |hello| hello.annotations = vec![any(); 17]),
        ("build_info", |hello| hello.build_info = None),
        ("os_info", |hello| hello.os_info = None),
        ("os_info", |hello| {
            hello
                .os_info
                .as_mut()
                .unwrap()
                .virtualization_system
                .clear();
        }),
        ("metadata", |hello| hello.connector_metadata = None),
        ("display_name", |hello| {
            metadata(hello).display_name.clear();
        }),
        ("help_url", |hello| {
            metadata(hello).help_url = "http://help.example".into();
        }),
        ("capabilities", |hello| metadata(hello).capabilities = None),
        ("not sorted", |hello| {
            capabilities(hello).connector_capabilities = vec![2, 1];
        }),
        ("not sorted", |hello| {
            capabilities(hello).resource_type_capabilities.reverse();
        }),
        ("resource type", |hello| {
            capabilities(hello).resource_type_capabilities[0].resource_type = None;
        }),
    ];
    for (text, change) in changes {
        let service = ConductorOne::start(Settings::default());
        let mut client = Client::stranger(&service);
        client.sign_in(&service);
        let mut hello = good_hello("host-1");
        change(&mut hello);
        assert_eq!(refused(client.say(hello)), Code::InvalidArgument, "{text}");
        violates(&service, &["hello", text]);
    }
}

fn metadata(hello: &mut BatonServiceHelloRequest) -> &mut ConnectorMetadata {
    hello.connector_metadata.as_mut().unwrap()
}

fn capabilities(hello: &mut BatonServiceHelloRequest) -> &mut ConnectorCapabilities {
    metadata(hello).capabilities.as_mut().unwrap()
}

#[test]
fn nothing_comes_before_a_hello() {
    let service = ConductorOne::start(Settings::default());
    let mut client = Client::stranger(&service);
    client.sign_in(&service);
    assert_eq!(refused(client.get_task()), Code::InvalidArgument);
    violates(&service, &["host-1 has not said hello"]);
}

#[test]
fn a_connection_is_of_one_host() {
    let service = ConductorOne::start(Settings::default());
    let mut client = Client::new(&service);
    client.host_id = "host-2".into();
    assert_eq!(refused(client.hello("")), Code::InvalidArgument);
    violates(&service, &["host-2", "host-1"]);
    Client::named(&service, "host-2").get_task().unwrap();
}

#[test]
fn a_hello_answers_tasks_that_ask_for_one_alone() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let id = service.push(tasks::sync());
    assert_eq!(client.task(), id);
    assert_eq!(refused(client.hello(&id)), Code::InvalidArgument);
    violates(&service, &["does not ask for a hello"]);
}

#[test]
fn a_heartbeat_is_of_a_task_that_somebody_is_at() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let id = service.push(tasks::grant("role:1:member", "1"));
    for (task, text) in [
        ("short", "no id of a task"),
        (&"0".repeat(27), "there is no task"),
        (&*id, "was never handed out"),
    ] {
        let before = service.violations().len();
        assert_eq!(refused(client.heartbeat(task)), Code::InvalidArgument);
        let violations = service.violations();
        assert_eq!(violations.len(), before + 1);
        assert!(violations[before].contains(text), "{violations:?}");
    }
    assert_eq!(client.task(), id);
    client.heartbeat(&id).unwrap();
    client.fail(&id, true).unwrap();
    assert_eq!(refused(client.heartbeat(&id)), Code::NotFound);
    assert_eq!(service.violations().len(), 4);
}

#[test]
fn an_end_that_is_none_is_refused() {
    type Change = fn(&mut BatonServiceFinishTaskRequest);
    let changes: [(&str, Change); 8] = [
        ("no id of a task", |end| end.task_id = "a".into()),
        ("neither", |end| end.final_state = None),
        ("without a status", |end| end.status = None),
        ("the code 0", |end| end.status.as_mut().unwrap().code = 0),
        ("the code 17", |end| end.status.as_mut().unwrap().code = 17),
        ("says nothing", |end| {
            end.status.as_mut().unwrap().message.clear();
        }),
        ("with a status", |end| {
            end.final_state = Some(FinalState::Success(Success::default()));
        }),
        ("17 annotations", |end| {
            let annotations = vec![any(); 17];
            end.final_state = Some(FinalState::Error(Error {
                annotations,
                ..Error::default()
            }));
        }),
    ];
    for (text, change) in changes {
        let service = ConductorOne::start(Settings::default());
        let client = Client::new(&service);
        let id = service.push(tasks::sync());
        assert_eq!(client.task(), id);
        let mut end = failure(&id, true);
        change(&mut end);
        assert_eq!(refused(client.finish(end)), Code::InvalidArgument, "{text}");
        violates(&service, &["finish", text]);
    }
}

#[test]
fn a_success_is_one_of_its_task() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let (grant, revoke) = ("role:1:member", "role:1:member");
    for (task, response, text) in [
        (tasks::grant(grant, "1"), None, "the response"),
        (tasks::revoke(revoke, "1"), grant_response(), "the response"),
        (tasks::sync(), None, "without a file"),
        (tasks::unheard_of(), None, "no connector does"),
    ] {
        let before = service.violations().len();
        let id = service.push(task);
        assert_eq!(client.task(), id);
        let end = client.succeed(&id, response);
        assert_eq!(refused(end), Code::InvalidArgument);
        let violations = service.violations();
        assert_eq!(violations.len(), before + 1);
        assert!(violations[before].contains(text), "{violations:?}");
    }
    let id = service.push(tasks::grant(grant, "1"));
    assert_eq!(client.task(), id);
    client.succeed(&id, grant_response()).unwrap();
    assert!(service.finished(&id).end().is_success());
}

#[test]
fn nobody_ends_what_is_not_theirs_or_is_over() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let id = service.push(tasks::grant("role:1:member", "1"));
    assert_eq!(refused(client.fail(&id, true)), Code::InvalidArgument);
    violates(&service, &["was never handed out to host-1"]);
    assert_eq!(client.task(), id);
    let other = Client::named(&service, "host-2");
    assert_eq!(refused(other.fail(&id, true)), Code::InvalidArgument);
    client.fail(&id, true).unwrap();
    // Whoever has not heard the answer says the same again.
    assert_eq!(refused(client.fail(&id, true)), Code::NotFound);
    assert_eq!(service.violations().len(), 2);
    let end = client.succeed(&id, grant_response());
    assert_eq!(refused(end), Code::InvalidArgument);
    assert_eq!(service.violations().len(), 3);
    assert_eq!(service.finished(&id).finishes.len(), 1);
}

#[test]
fn what_is_not_there_cannot_be_called() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::stranger(&service);
    let origin = format!("https://{}", service.address());
    let path = "/c1.connectorapi.baton.v1.BatonService/";
    let get_task = format!("{path}GetTask");
    for (method, path, http2, text) in [
        ("GET", "/auth/v1/token", true, "GET"),
        ("POST", "/auth/v2/token", true, "nothing"),
        ("POST", &format!("{path}GetTasks"), true, "nothing"),
        ("GET", &get_task, true, "GET"),
        ("POST", &get_task, false, "HTTP/1.1"),
    ] {
        let before = service.violations().len();
        let pem = fs::read(service.ca_file()).unwrap();
        let http = reqwest::Client::builder()
            .user_agent("a test")
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem).unwrap());
        let http = match http2 {
            true => http,
            false => http.http1_only(),
        };
        let request = http
            .build()
            .unwrap()
            .request(method.parse().unwrap(), format!("{origin}{path}"));
        let answer = client.runtime.block_on(request.send()).unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let violations = service.violations();
        assert_eq!(violations.len(), before + 1);
        assert!(violations[before].contains(text), "{violations:?}");
    }
}

#[test]
fn everybody_says_who_they_are() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::stranger(&service);
    let pem = fs::read(service.ca_file()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem).unwrap())
        .build()
        .unwrap();
    let answer = client.runtime.block_on(http.post(&client.url).send());
    assert_eq!(answer.unwrap().status(), 404);
    violates(&service, &["without a user-agent"]);
}

#[test]
fn only_those_that_trust_the_authority_connect() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::stranger(&service);
    let other = ConductorOne::start(Settings::default());
    let pem = fs::read(other.ca_file()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem).unwrap())
        .build()
        .unwrap();
    let answer = client.runtime.block_on(http.post(&client.url).send());
    assert!(answer.unwrap_err().is_connect());
}
