//! `run` with the flags of a change: a grant, a revocation, a new account, an action.

mod report;

use super::{actions::acts_on, gates, print, signals::Signals};
use crate::cli::{ChangeFlags, SandboxFlags, Settings, SyncFlags, Task};
use connector_host::{
    connector::Connector,
    egress::{Gate, Operation},
    failure::{Failure, Kind, Result},
    provisioning::{self, Done, Ids, Known, Receipts, account, invocation, object, secrets},
    sandbox::Variables,
};
use std::sync::Arc;

/// What the values for a form are given with.
const PROFILE: &str = "--create-account-profile";
/// What the arguments of an action are given with.
const ARGUMENTS: &str = "--invoke-action-args";

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
        let variables = settings.variables();
        // There may be anything in the file.
        let known = known(connector, task, sync).await;
        let known = known.map_err(|failure| failure.redacted(&variables))?;
        for secret in secrets(&connector.description, &known.change) {
            variables.hide(&secret);
        }
        let gate = Gate {
            dry_run: flags.dry_run,
            ..gates(connector, settings, sandbox)?.open(known.change.operation())
        };
        let receipts = flags.receipts.as_deref().filter(|_| !flags.dry_run);
        Ok(Self {
            receipts: receipts.map(Receipts::open).transpose()?,
            variables,
            known,
            gate,
        })
    }

    /// Makes the change, and tells what has come of it.
    pub async fn make(
        self,
        connector: &Connector,
        sandbox: &SandboxFlags,
        mut signals: Signals,
    ) -> Result<()> {
        let Self {
            known,
            gate,
            variables,
            receipts,
        } = self;
        let changes = Arc::clone(&gate.changes);
        let stop = async {
            let first = signals.next().await;
            if !changes.has_begun() {
                return first;
            }
            tracing::info!(
                signal = first,
                "waiting for what was sent before stopping; another signal stops at once"
            );
            signals.next().await
        };
        let change = known.change.clone();
        let limits = sandbox.limits.limits();
        let made = provisioning::run(connector, gate, variables, &limits, known, receipts, stop);
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
    let able = |operation| provisioning::check(connector, operation);
    let change = match task {
        Task::Grant { .. } | Task::Revoke { .. } => {
            able(Operation::Grant)?;
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
            able(Operation::CreateAccount)?;
            let name = &description.display_name;
            let form = description.account_form.as_ref().ok_or_else(|| {
                let what = format!("{name} does not describe what it takes to create an account");
                Failure::new(Kind::Unimplemented, what)
            })?;
            let ty = &form.resource_type;
            if let Some(other) = resource_type.filter(|wanted| wanted != ty) {
                return Err(Failure::new(
                    Kind::Unimplemented,
                    format!(
                        "{name} creates accounts of the type {ty}, and none of the type {other}"
                    ),
                ));
            }
            let given = object(PROFILE, profile.as_deref().unwrap_or_default())?;
            account(form, login, email, PROFILE, given)?
        }
        Task::InvokeAction {
            name,
            arguments,
            resource_type,
        } => {
            able(Operation::InvokeAction)?;
            let ty = resource_type.as_deref();
            let mut actions = description.actions.iter().filter(|own| acts_on(own, ty));
            let action = actions.find(|action| action.name == name).ok_or_else(|| {
                let on = ty.map_or_else(String::new, |ty| format!(" on the type {ty}"));
                let what = format!("handler for action {name}{on} not found");
                let known = description.actions.iter().map(|own| own.name.as_str());
                let known = known.collect::<Vec<_>>().join(", ");
                Failure::new(Kind::NotFound, what).hint(format!("There are {known}."))
            })?;
            invocation(action, ARGUMENTS, &object(ARGUMENTS, &arguments)?)?
        }
        Task::Sync | Task::Serve | Task::ListActions { .. } => {
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
