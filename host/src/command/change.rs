//! `run` with the flags of a change: a grant, a revocation, a new account, an action.

mod report;

use super::{gate, print};
use crate::cli::{ChangeFlags, SandboxFlags, Settings, SyncFlags, Task};
use connector_host::{
    connector::Connector,
    egress::{Changes, Gate},
    failure::{Failure, Kind, Result},
    provisioning::{self, Done, Ids, Known, Receipts, account, invocation, secrets},
    sandbox::Variables,
};
use std::sync::Arc;

/// A change that is ready to be made.
pub struct Ready {
    known: Known,
    gate: Gate,
    variables: Arc<Variables>,
    receipts: Option<Receipts>,
}

impl Ready {
    /// Makes a change of the flags' values: looks ids up, fills the connector's form, opens the
    /// file of receipts.
    pub async fn new(
        connector: &Connector,
        task: Task,
        settings: &Settings,
        sync: &SyncFlags,
        flags: &ChangeFlags,
        sandbox: &SandboxFlags,
    ) -> Result<Self> {
        let known = known(connector, task, sync).await?;
        provisioning::check(connector, &known.change)?;
        let mut variables = settings.variables();
        for secret in secrets(&connector.description, &known.change) {
            variables.hide(&secret);
        }
        let gate = Gate {
            dry_run: flags.dry_run,
            ..gate(connector, settings, sandbox, known.change.operation())?
        };
        let receipts = flags.receipts.as_deref().filter(|_| !flags.dry_run);
        Ok(Self {
            receipts: receipts.map(Receipts::open).transpose()?,
            variables: Arc::new(variables),
            known,
            gate,
        })
    }

    /// What nothing may say.
    pub fn variables(&self) -> Arc<Variables> {
        Arc::clone(&self.variables)
    }

    /// What it has sent so far.
    pub fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.gate.changes)
    }

    /// Makes the change, and tells what has come of it.
    pub async fn make(self, connector: &Connector, sandbox: &SandboxFlags) -> Result<()> {
        let Self {
            known,
            gate,
            variables,
            receipts,
        } = self;
        let change = known.change.clone();
        let limits = sandbox.limits();
        let made = provisioning::run(connector, gate, variables, &limits, known, receipts);
        match made.await? {
            Done::Planned(plan) => print(&format!("{plan}\n")),
            Done::Made(outcome) => {
                report::tell(&change, &outcome);
                Ok(())
            }
        }
    }
}

async fn known(connector: &Connector, task: Task, sync: &SyncFlags) -> Result<Known> {
    let description = connector.description.clone();
    let (file, temp_dir) = (sync.file.clone(), sync.file_options().temp_dir);
    let change = match task {
        Task::Grant { .. } | Task::Revoke { .. } => {
            let look = move || {
                let ids = Ids::open(&file, temp_dir.as_deref(), &description)?;
                match task {
                    Task::Grant {
                        entitlement,
                        principal,
                        principal_type,
                    } => ids.grant(&entitlement, &principal, principal_type.as_deref()),
                    Task::Revoke { grant } => ids.revoke(&grant),
                    _ => Err(Failure::new(Kind::Internal, "there is no id to look up")),
                }
            };
            return blocking(look).await;
        }
        Task::CreateAccount {
            login,
            email,
            profile,
            resource_type,
        } => {
            let form = description.account_form.as_ref().filter(|form| {
                let wanted = resource_type.as_ref();
                wanted.is_none_or(|wanted| *wanted == form.resource_type)
            });
            let form = form.ok_or_else(|| {
                Failure::new(
                    Kind::Unimplemented,
                    format!(
                        "{} cannot create accounts{}",
                        description.display_name,
                        resource_type.map_or_else(String::new, |ty| format!(" of the type {ty}"))
                    ),
                )
            })?;
            account(form, login, email, profile.as_deref())?
        }
        Task::InvokeAction { name, arguments } => {
            let action = description
                .actions
                .iter()
                .find(|action| action.name == name);
            let action = action.ok_or_else(|| {
                let known = description
                    .actions
                    .iter()
                    .map(|action| action.name.as_str());
                Failure::new(
                    Kind::NotFound,
                    format!("handler for action {name} not found"),
                )
                .hint(match description.actions.is_empty() {
                    true => format!("{} has no actions.", description.display_name),
                    false => format!("There are {}.", known.collect::<Vec<_>>().join(", ")),
                })
            })?;
            invocation(action, &arguments)?
        }
        Task::Sync | Task::ListActions => {
            return Err(Failure::new(Kind::Internal, "a sync is no change"));
        }
    };
    // Without `get-resource`, the file is all that is known of what an action acts on.
    let state = match change.subject().cloned() {
        Some(subject) if !connector.interface.exports.contains("get-resource") => {
            blocking(move || Ids::open(&file, temp_dir.as_deref(), &description)?.state(&subject))
                .await
                .unwrap_or_default()
        }
        _ => None,
    };
    Ok(Known {
        change,
        state,
        unknown: None,
    })
}

/// Runs something that waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|error| Err(Failure::of(Kind::Internal, error)))
}
