//! Tasks, as tests ask for them.

use super::{
    connector::{AccountInfo, Entitlement, Grant, Resource, ResourceId, account_info::Email},
    messages::task::{
        ActionGetSchemaTask, ActionInvokeTask, ActionListSchemasTask, ActionStatusTask,
        CreateAccountTask, GrantTask, HelloTask, RevokeTask, SyncFullTask, TaskType,
        UnsupportedTask,
    },
};
use prost_types::{Struct, Value, value::Kind};

pub fn hello() -> TaskType {
    TaskType::Hello(HelloTask {})
}

pub fn sync() -> TaskType {
    TaskType::SyncFull(SyncFullTask::default())
}

/// `entitlement` as `member_type:owner:assigned`, for a user.
pub fn grant(entitlement: &str, user: &str) -> TaskType {
    TaskType::Grant(GrantTask {
        entitlement: Some(entitlement_of(entitlement)),
        principal: Some(resource("user", user)),
    })
}

pub fn revoke(entitlement: &str, user: &str) -> TaskType {
    TaskType::Revoke(RevokeTask {
        grant: Some(Grant {
            id: format!("{entitlement}:user:{user}"),
            entitlement: Some(entitlement_of(entitlement)),
            principal: Some(resource("user", user)),
            ..Grant::default()
        }),
    })
}

pub fn create_account(email: &str, profile: &[(&str, &str)]) -> TaskType {
    TaskType::CreateAccount(CreateAccountTask {
        account_info: Some(AccountInfo {
            emails: vec![Email {
                address: email.to_owned(),
                is_primary: true,
            }],
            profile: Some(fields(profile)),
            ..AccountInfo::default()
        }),
        ..CreateAccountTask::default()
    })
}

pub fn list_actions() -> TaskType {
    TaskType::ActionListSchemas(ActionListSchemasTask::default())
}

pub fn get_action(name: &str) -> TaskType {
    TaskType::ActionGetSchema(ActionGetSchemaTask {
        name: name.to_owned(),
    })
}

pub fn invoke(name: &str, arguments: &[(&str, &str)]) -> TaskType {
    TaskType::ActionInvoke(ActionInvokeTask {
        name: name.to_owned(),
        args: Some(fields(arguments)),
        ..ActionInvokeTask::default()
    })
}

pub fn action_status(id: &str) -> TaskType {
    TaskType::ActionStatus(ActionStatusTask {
        id: id.to_owned(),
        ..ActionStatusTask::default()
    })
}

/// Of a kind that no connector has heard of yet: its field has a number that is in no definition.
pub fn unheard_of() -> TaskType {
    TaskType::UnheardOf(UnsupportedTask {})
}

/// Something that no connector here does.
pub fn unsupported() -> TaskType {
    TaskType::CreateTicketTask(UnsupportedTask {})
}

/// What a kind of task is called.
pub fn name(task: &TaskType) -> &'static str {
    match task {
        TaskType::None(_) => "none",
        TaskType::Hello(_) => "hello",
        TaskType::SyncFull(_) => "sync",
        TaskType::Grant(_) => "grant",
        TaskType::Revoke(_) => "revoke",
        TaskType::CreateAccount(_) => "create_account",
        TaskType::ActionListSchemas(_) => "list_actions",
        TaskType::ActionGetSchema(_) => "get_action",
        TaskType::ActionInvoke(_) => "invoke",
        TaskType::ActionStatus(_) => "action_status",
        TaskType::UnheardOf(_) => "unheard_of",
        _ => "unsupported",
    }
}

pub fn resource(ty: &str, id: &str) -> Resource {
    Resource {
        id: Some(ResourceId {
            resource_type: ty.to_owned(),
            resource: id.to_owned(),
        }),
        ..Resource::default()
    }
}

fn entitlement_of(id: &str) -> Entitlement {
    let parts: Vec<_> = id.split(':').collect();
    let [ty, on, slug] = parts[..] else {
        panic!("{id} is no entitlement");
    };
    Entitlement {
        id: id.to_owned(),
        slug: slug.to_owned(),
        resource: Some(resource(ty, on)),
        ..Entitlement::default()
    }
}

fn fields(values: &[(&str, &str)]) -> Struct {
    let text = |text: &str| Value {
        kind: Some(Kind::StringValue(text.to_owned())),
    };
    let fields = values.iter();
    Struct {
        fields: fields
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect(),
    }
}
