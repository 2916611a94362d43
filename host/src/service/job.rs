//! What a task takes, from its message to what has come of it.

mod action;
mod change;
mod sync;

pub(super) use action::Invocations;

use super::{
    client::{Client, words},
    ending::Ends,
    hello::hello,
    outcome::{Done, Failed, Outcome},
    retry,
    work::Work,
};
use crate::{
    baton::service::task::TaskType,
    egress::Gates,
    failure::{Failure, Kind},
};
use backon::Retryable;
use std::{sync::Arc, time::Duration};
use tokio::sync::OwnedSemaphorePermit;

/// What a job has at hand.
#[derive(Clone)]
pub(super) struct Bench {
    pub work: Arc<Work>,
    pub client: Arc<Client>,
    pub invocations: Arc<Invocations>,
    pub gates: Gates,
    pub task: String,
    pub ends: Ends,
    /// Taken for as long as anything of the task goes on.
    pub _slot: Arc<OwnedSemaphorePermit>,
}

/// How often a hello is said before its task counts as failed.
const HELLOS: usize = 7;
/// Between two of them.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What kind of task it is, for logs and metrics: Baton's names.
pub(super) fn name(task: &TaskType) -> &'static str {
    match task {
        TaskType::None(_) => "none",
        TaskType::Hello(_) => "hello",
        TaskType::SyncFull(_) => "sync_full",
        TaskType::Grant(_) => "grant",
        TaskType::Revoke(_) => "revoke",
        TaskType::CreateAccount(_) => "create_account",
        TaskType::CreateResource(_) => "create_resource",
        TaskType::DeleteResource(_) => "delete_resource",
        TaskType::RotateCredentials(_) => "rotate_credentials",
        TaskType::EventFeed(_) => "event_feed",
        TaskType::CreateTicketTask(_) => "create_ticket",
        TaskType::ListTicketSchemas(_) => "list_ticket_schemas",
        TaskType::GetTicket(_) => "get_ticket",
        TaskType::BulkCreateTickets(_) => "bulk_create_tickets",
        TaskType::BulkGetTickets(_) => "bulk_get_tickets",
        TaskType::ActionListSchemas(_) => "list_action_schemas",
        TaskType::ActionGetSchema(_) => "get_action_schema",
        TaskType::ActionInvoke(_) => "invoke_action",
        TaskType::ActionStatus(_) => "action_status",
        TaskType::CreateSyncDiff(_) => "create_sync_diff",
        TaskType::CompactSyncs(_) => "compact_syncs",
        TaskType::ListEventFeeds(_) => "list_event_feeds",
        TaskType::ListEvents(_) => "list_events",
        TaskType::IssueCredential(_) => "issue_credential",
    }
}

/// Does what a task asks for. Without a type, it is one that did not exist when this was written.
pub(super) async fn run(bench: Bench, task: Option<TaskType>) -> Outcome {
    match task {
        Some(TaskType::Hello(_)) => say_hello(&bench).await,
        Some(TaskType::SyncFull(task)) => sync::run(bench, task).await,
        Some(TaskType::Grant(task)) => change::grant(bench, task).await,
        Some(TaskType::Revoke(task)) => change::revoke(bench, task).await,
        Some(TaskType::CreateAccount(task)) => change::create_account(bench, task).await,
        Some(TaskType::ActionListSchemas(task)) => action::list(&bench, &task),
        Some(TaskType::ActionGetSchema(task)) => action::get(&bench, &task),
        Some(TaskType::ActionInvoke(task)) => action::invoke(bench, task).await,
        Some(TaskType::ActionStatus(task)) => action::status(&bench, &task),
        other => {
            let name = other.as_ref().map_or("unknown", name);
            let connector = &bench.work.connector.description.display_name;
            Err(Failed::for_good(Failure::new(
                Kind::Unimplemented,
                format!("unsupported task type {name}: {connector} does not do that"),
            )))
        }
    }
}

/// Says hello once more, which ConductorOne takes for the end of the task.
async fn say_hello(bench: &Bench) -> Outcome {
    let saying = (|| {
        bench
            .client
            .hello(hello(&bench.work.connector, &bench.task))
    })
    .retry(retry::schedule(LONGEST_WAIT).with_max_times(HELLOS - 1))
    .when(|status| !retry::is_for_good(status));
    let mut ends = bench.ends.clone();
    let said = tokio::select! {
        said = saying => said,
        ending = ends.at_once() => return Err(Failed::ended(ending)),
    };
    match said {
        Ok(()) => Ok(Done::default()),
        Err(status) => Err(Failed::for_now(
            Failure::new(Kind::Unavailable, words(&status))
                .context("ConductorOne has not heard the hello"),
        )),
    }
}
