//! The stand-in as a client meets it, over TLS.

use super::{
    ConductorOne, Settings,
    connector::{ConnectorCapabilities, ConnectorMetadata, ResourceType, ResourceTypeCapability},
    generated::google::rpc as status,
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceGetTaskRequest, BatonServiceHeartbeatRequest,
        BatonServiceHeartbeatResponse, BatonServiceHelloRequest, Task,
        baton_service_client::BatonServiceClient,
        baton_service_finish_task_request::{Error, FinalState, Success},
        baton_service_hello_request::{BuildInfo, OsInfo},
    },
    tasks,
};
use client::Client;
use prost_types::Any;
use statement::{TokenRequest, encoded};
use std::{fmt, fs, time::Duration};
use tonic::{Code, Status};

mod calls;
mod client;
mod faulty;
mod queue;
mod statement;
mod token;
mod uploads;

/// Nothing here takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

fn failure(task: &str, non_retryable: bool) -> BatonServiceFinishTaskRequest {
    BatonServiceFinishTaskRequest {
        host_id: String::new(),
        task_id: task.into(),
        status: Some(status::Status {
            code: 14,
            message: "the service is away".into(),
            details: Vec::new(),
        }),
        final_state: Some(FinalState::Error(Error {
            non_retryable,
            ..Error::default()
        })),
    }
}

/// As a good client says it.
fn good_hello(host_id: &str) -> BatonServiceHelloRequest {
    let text = || "linux".to_owned();
    let kind = |id: &str| ResourceTypeCapability {
        resource_type: Some(ResourceType {
            id: id.into(),
            ..ResourceType::default()
        }),
        capabilities: vec![2],
        ..ResourceTypeCapability::default()
    };
    BatonServiceHelloRequest {
        host_id: host_id.into(),
        build_info: Some(BuildInfo {
            lang_version: text(),
            package: text(),
            package_version: text(),
        }),
        os_info: Some(OsInfo {
            hostname: text(),
            os: text(),
            platform: text(),
            platform_version: text(),
            platform_family: text(),
            kernel_version: text(),
            kernel_arch: text(),
            virtualization_system: text(),
        }),
        connector_metadata: Some(ConnectorMetadata {
            display_name: "A connector".into(),
            capabilities: Some(ConnectorCapabilities {
                resource_type_capabilities: vec![kind("role"), kind("user")],
                connector_capabilities: vec![1, 2],
                ..ConnectorCapabilities::default()
            }),
            ..ConnectorMetadata::default()
        }),
        ..BatonServiceHelloRequest::default()
    }
}

/// The code of a call that has to be refused.
fn refused<T: fmt::Debug>(outcome: Result<T, Status>) -> Code {
    outcome.unwrap_err().code()
}

/// The only violation so far, which says all of this.
fn violates(service: &ConductorOne, texts: &[&str]) {
    let violations = service.violations();
    let [violation] = &violations[..] else {
        panic!("{violations:?}, not one that says {texts:?}");
    };
    for text in texts {
        assert!(violation.contains(text), "{violation:?} says no {text:?}");
    }
}

#[test]
fn a_good_client_does_a_task_and_violates_nothing() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    assert_eq!(client.get_task().unwrap(), None);
    let id = service.push(tasks::hello());
    assert_eq!(client.task(), id);
    client.hello(&id).unwrap();
    let record = service.finished(&id);
    assert_eq!(record.handed_to, ["host-1"]);
    assert_eq!(service.violations(), Vec::<String>::new());
}
