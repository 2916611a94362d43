//! Tasks as they are written in a line of JSON.

use super::{
    messages::task::{SyncFullTask, TaskType},
    tasks,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// All that can be written, a task in a line.
pub const TASKS: &str = r#"{"hello": {}}
{"sync": {}}
{"sync": {"skip_grants": true, "skip_entitlements_and_grants": false, "types": ["user"]}}
{"sync": {"resources": [{"type": "user", "id": "2906d4927bf178077519"}]}}
{"grant": {"entitlement": "member_type:owner:assigned", "user": "2906d4927bf178077519"}}
{"revoke": {"entitlement": "member_type:owner:assigned", "user": "2906d4927bf178077519"}}
{"create_account": {"email": "ada@larkspur.example", "profile": {"first_name": "Ada"}}}
{"list_actions": {}}
{"get_action": {"name": "disable_user"}}
{"invoke": {"name": "disable_user", "args": {"user_id": "2906d4927bf178077519"}}}
{"action_status": {"id": "1"}}
{"unsupported": {}}
{"unheard_of": {}}"#;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Spelled {
    Hello {},
    Sync(Sync),
    Grant(Access),
    Revoke(Access),
    CreateAccount {
        email: String,
        #[serde(default)]
        profile: BTreeMap<String, String>,
    },
    ListActions {},
    GetAction {
        name: String,
    },
    Invoke {
        name: String,
        #[serde(default)]
        args: BTreeMap<String, String>,
    },
    ActionStatus {
        id: String,
    },
    Unsupported {},
    UnheardOf {},
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sync {
    skip_grants: bool,
    skip_entitlements_and_grants: bool,
    types: Vec<String>,
    resources: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    r#type: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    entitlement: String,
    user: String,
}

/// Reads a line, written like those in [`TASKS`].
///
/// # Errors
///
/// When it is no such task.
pub fn read(line: &str) -> Result<TaskType, String> {
    let spelled = serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok(match spelled {
        Spelled::Hello {} => tasks::hello(),
        Spelled::Sync(sync) => TaskType::SyncFull(sync.task()),
        Spelled::Grant(access) => {
            access.check()?;
            tasks::grant(&access.entitlement, &access.user)
        }
        Spelled::Revoke(access) => {
            access.check()?;
            tasks::revoke(&access.entitlement, &access.user)
        }
        Spelled::CreateAccount { email, profile } => {
            tasks::create_account(&email, &pairs(&profile))
        }
        Spelled::ListActions {} => tasks::list_actions(),
        Spelled::GetAction { name } => tasks::get_action(&name),
        Spelled::Invoke { name, args } => tasks::invoke(&name, &pairs(&args)),
        Spelled::ActionStatus { id } => tasks::action_status(&id),
        Spelled::Unsupported {} => tasks::unsupported(),
        Spelled::UnheardOf {} => tasks::unheard_of(),
    })
}

impl Access {
    fn check(&self) -> Result<(), String> {
        match self.entitlement.split(':').count() {
            3 => Ok(()),
            _ => Err(format!("`{}` is not <type>:<id>:<slug>", self.entitlement)),
        }
    }
}

impl Sync {
    fn task(self) -> SyncFullTask {
        let resources = self.resources.into_iter();
        SyncFullTask {
            skip_grants: self.skip_grants,
            skip_entitlements_and_grants: self.skip_entitlements_and_grants,
            sync_resource_type_ids: self.types,
            targeted_sync_resources: resources
                .map(|object| tasks::resource(&object.r#type, &object.id))
                .collect(),
            ..SyncFullTask::default()
        }
    }
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    let pairs = map.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_written_is_read() {
        let owner = "member_type:owner:assigned";
        let user = "2906d4927bf178077519";
        let of_type = SyncFullTask {
            skip_grants: true,
            sync_resource_type_ids: vec!["user".into()],
            ..SyncFullTask::default()
        };
        let of_one = SyncFullTask {
            targeted_sync_resources: vec![tasks::resource("user", user)],
            ..SyncFullTask::default()
        };
        let read: Vec<_> = TASKS.lines().map(|line| read(line).unwrap()).collect();
        assert_eq!(
            read,
            [
                tasks::hello(),
                tasks::sync(),
                TaskType::SyncFull(of_type),
                TaskType::SyncFull(of_one),
                tasks::grant(owner, user),
                tasks::revoke(owner, user),
                tasks::create_account("ada@larkspur.example", &[("first_name", "Ada")]),
                tasks::list_actions(),
                tasks::get_action("disable_user"),
                tasks::invoke("disable_user", &[("user_id", user)]),
                tasks::action_status("1"),
                tasks::unsupported(),
                tasks::unheard_of(),
            ]
        );
    }

    #[test]
    fn what_is_misspelled_is_refused() {
        for line in [
            "",
            "sync",
            r#"{"sink": {}}"#,
            r#"{"hello": {"loud": true}}"#,
            r#"{"sync": {"skip": true}}"#,
            r#"{"grant": {"user": "1"}}"#,
            r#"{"grant": {"user": "1", "entitlement": "owner"}}"#,
            r#"{"hello": {}, "sync": {}}"#,
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
