//! The rules for what is sent, which the real service has in its definitions.

use super::{
    connector::{
        CreateAccountResponse, GetActionSchemaResponse, GetActionStatusResponse,
        GrantManagerServiceGrantResponse, GrantManagerServiceRevokeResponse, InvokeActionResponse,
        ListActionSchemasResponse,
    },
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceHelloRequest,
        baton_service_finish_task_request::FinalState, task::TaskType,
    },
    queue::Record,
};
use prost::Name;

/// Whether a text can be a task's id.
pub(super) fn task_id(id: &str) -> Result<(), String> {
    match id.len() == 27 && id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(format!("{id:?} is no id of a task")),
    }
}

pub(super) fn host_id(id: &str) -> Result<(), String> {
    length("host_id", id, 1, 256)
}

fn length(name: &str, text: &str, least: usize, most: usize) -> Result<(), String> {
    match (least..=most).contains(&text.chars().count()) {
        true => Ok(()),
        false => Err(format!("{name} has {} characters", text.chars().count())),
    }
}

pub(super) fn annotations(number: usize) -> Result<(), String> {
    match number <= 16 {
        true => Ok(()),
        false => Err(format!("{number} annotations")),
    }
}

pub(super) fn hello(hello: &BatonServiceHelloRequest) -> Result<(), String> {
    host_id(&hello.host_id)?;
    annotations(hello.annotations.len())?;
    let build = hello.build_info.as_ref().ok_or("no build_info")?;
    for text in [&build.lang_version, &build.package, &build.package_version] {
        length("a part of build_info", text, 1, 256)?;
    }
    let os = hello.os_info.as_ref().ok_or("no os_info")?;
    for text in [
        &os.hostname,
        &os.os,
        &os.platform,
        &os.platform_version,
        &os.platform_family,
        &os.kernel_version,
        &os.kernel_arch,
        &os.virtualization_system,
    ] {
        length("a part of os_info", text, 1, 256)?;
    }
    let metadata = hello.connector_metadata.as_ref().ok_or("no metadata")?;
    length("display_name", &metadata.display_name, 1, 1024)?;
    if !metadata.help_url.is_empty() && !metadata.help_url.starts_with("https://") {
        return Err(format!("help_url is {}", metadata.help_url));
    }
    let capabilities = metadata.capabilities.as_ref().ok_or("no capabilities")?;
    if !ascending(&capabilities.connector_capabilities) {
        return Err("capabilities are not sorted".to_owned());
    }
    let mut types = Vec::new();
    for of_type in &capabilities.resource_type_capabilities {
        let ty = of_type.resource_type.as_ref().ok_or("no resource type")?;
        length("the id of a resource type", &ty.id, 1, 1024)?;
        types.push(&ty.id);
    }
    match ascending(&types) {
        true => Ok(()),
        false => Err(format!("resource types are not sorted: {types:?}")),
    }
}

/// In order, and none twice.
fn ascending<T: Ord>(items: &[T]) -> bool {
    items.is_sorted_by(|one, next| one < next)
}

pub(super) fn finish(finished: &BatonServiceFinishTaskRequest) -> Result<(), String> {
    host_id(&finished.host_id)?;
    task_id(&finished.task_id)?;
    match &finished.final_state {
        Some(FinalState::Success(success)) => {
            annotations(success.annotations.len())?;
            match finished.status {
                None => Ok(()),
                Some(_) => Err("a success with a status".to_owned()),
            }
        }
        Some(FinalState::Error(error)) => {
            annotations(error.annotations.len())?;
            let status = finished
                .status
                .as_ref()
                .ok_or("an error without a status")?;
            match (1..=16).contains(&status.code) {
                true if status.message.is_empty() => Err("an error that says nothing".to_owned()),
                true => Ok(()),
                false => Err(format!("an error with the code {}", status.code)),
            }
        }
        None => Err("neither success nor error".to_owned()),
    }
}

/// Whether an end is one that this task can have: a success has the response of the method that
/// the task is about, and that of a sync has a file.
pub(super) fn fits(
    record: &Record,
    finished: &BatonServiceFinishTaskRequest,
) -> Result<(), String> {
    let Some(FinalState::Success(success)) = &finished.final_state else {
        return Ok(());
    };
    let expected = match &record.task.task_type {
        Some(TaskType::SyncFull(_)) => None,
        Some(TaskType::Grant(_)) => Some(GrantManagerServiceGrantResponse::type_url()),
        Some(TaskType::Revoke(_)) => Some(GrantManagerServiceRevokeResponse::type_url()),
        Some(TaskType::CreateAccount(_)) => Some(CreateAccountResponse::type_url()),
        Some(TaskType::ActionListSchemas(_)) => Some(ListActionSchemasResponse::type_url()),
        Some(TaskType::ActionGetSchema(_)) => Some(GetActionSchemaResponse::type_url()),
        Some(TaskType::ActionInvoke(_)) => Some(InvokeActionResponse::type_url()),
        Some(TaskType::ActionStatus(_)) => Some(GetActionStatusResponse::type_url()),
        _ => return Err("a success of something that no connector does".to_owned()),
    };
    let expected = expected.map(|url| format!("type.googleapis.com{url}"));
    let response = success.response.as_ref().map(|any| &any.type_url);
    if response != expected.as_ref() {
        return Err(format!("the response is {response:?}, not {expected:?}"));
    }
    match expected.is_none() && record.uploads.is_empty() {
        true => Err("a sync without a file".to_owned()),
        false => Ok(()),
    }
}
