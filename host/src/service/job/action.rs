//! Actions: which there are, what comes of them, and how far those are that take longer.

mod schema;

use super::{
    super::outcome::{Done, Failed, Outcome as TaskOutcome},
    Bench,
    change::carry_out,
};
use crate::{
    baton::{
        connector::{
            BatonActionStatus, GetActionSchemaResponse, GetActionStatusResponse,
            InvokeActionResponse, ListActionSchemasResponse,
        },
        json::{from_struct, to_struct},
        service::task::{
            ActionGetSchemaTask, ActionInvokeTask, ActionListSchemasTask, ActionStatusTask,
        },
    },
    contract::describe::{Action, Description},
    failure::{Failure, Kind, Result},
    provisioning::{self, Outcome, attributes},
};
use schema::schema;
use serde_json::{Map, Value};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use svix_ksuid::{Ksuid, KsuidLike};
use tokio_util::task::TaskTracker;

/// How long whoever invokes an action is kept waiting for what comes of it.
const INLINE: Duration = Duration::from_secs(1);
/// Invocations that can still be asked about.
const REMEMBERED: usize = 1000;

/// Says which actions there are.
pub fn list(bench: &Bench, task: &ActionListSchemasTask) -> TaskOutcome {
    let description = &bench.work.connector.description;
    let wanted = task.resource_type_id.as_str();
    let fitting = description
        .actions
        .iter()
        .filter(|action| wanted.is_empty() || target_type(action) == Some(wanted));
    let response = ListActionSchemasResponse {
        schemas: fitting.map(schema).collect(),
        annotations: Vec::new(),
    };
    Ok(Done::with(&response, Vec::new()))
}

/// Describes one of them.
pub fn get(bench: &Bench, task: &ActionGetSchemaTask) -> TaskOutcome {
    let action = named(&bench.work.connector.description, &task.name, "");
    let response = GetActionSchemaResponse {
        schema: Some(schema(action.map_err(Failed::for_good)?)),
        annotations: Vec::new(),
    };
    Ok(Done::with(&response, Vec::new()))
}

/// Carries one of them out. What takes longer than a moment goes on behind the answer.
pub async fn invoke(bench: Bench, task: ActionInvokeTask) -> TaskOutcome {
    let description = &bench.work.connector.description;
    let action = named(description, &task.name, &task.resource_type_id);
    let action = action.map_err(Failed::for_good)?;
    let given = from_struct(task.args.unwrap_or_default());
    let change = provisioning::invocation(action, "the arguments", &given);
    let change = change.map_err(Failed::for_good)?;
    let id = bench.invocations.begin(&task.name);
    let mut going_on = bench.invocations.tracker.spawn({
        let (bench, id) = (bench.clone(), id.clone());
        async move {
            let made = carry_out(&bench, change).await;
            bench.invocations.end(&id, made);
        }
    });
    let mut ends = bench.ends.clone();
    tokio::select! {
        _ = &mut going_on => {}
        () = tokio::time::sleep(INLINE) => {}
        ending = ends.at_once() => return Err(Failed::ended(ending)),
    }
    let invocation = bench.invocations.find(&id).ok_or_else(|| {
        Failed::for_now(Failure::new(
            Kind::Internal,
            "the action has been forgotten",
        ))
    })?;
    if let Some((kind, what)) = invocation.failure {
        return Err(Failed::for_now(Failure::new(kind, what)));
    }
    let response = InvokeActionResponse {
        id,
        status: invocation.status.into(),
        annotations: Vec::new(),
        response: Some(to_struct(invocation.response)),
        name: task.name,
    };
    Ok(Done::with(&response, Vec::new()))
}

/// Says how far one of them is.
pub fn status(bench: &Bench, task: &ActionStatusTask) -> TaskOutcome {
    let invocation = bench.invocations.find(&task.id).ok_or_else(|| {
        let what = format!("there is no action with the id {:?}", task.id);
        let failure = Failure::new(Kind::NotFound, what)
            .hint("What has been invoked is forgotten when the connector is started again.");
        Failed::for_good(failure)
    })?;
    let mut response = invocation.response;
    if let Some((_, what)) = invocation.failure {
        response.insert("error".to_owned(), Value::String(what));
    }
    let response = GetActionStatusResponse {
        name: invocation.name,
        id: task.id.clone(),
        status: invocation.status.into(),
        annotations: Vec::new(),
        response: Some(to_struct(response)),
    };
    Ok(Done::with(&response, Vec::new()))
}

/// What has been invoked, the newest first.
#[derive(Default)]
pub struct Invocations {
    known: Mutex<VecDeque<Invocation>>,
    /// Those that are going on.
    pub tracker: TaskTracker,
}

#[derive(Clone)]
struct Invocation {
    id: String,
    name: String,
    status: BatonActionStatus,
    response: Map<String, Value>,
    failure: Option<(Kind, String)>,
}

impl Invocations {
    fn begin(&self, name: &str) -> String {
        let id = Ksuid::from_seconds(None, None).to_string();
        let mut known = self.lock();
        known.truncate(REMEMBERED - 1);
        known.push_front(Invocation {
            id: id.clone(),
            name: name.to_owned(),
            status: BatonActionStatus::Running,
            response: Map::new(),
            failure: None,
        });
        id
    }

    fn end(&self, id: &str, made: Result<Outcome>) {
        let mut known = self.lock();
        let Some(invocation) = known.iter_mut().find(|known| known.id == id) else {
            return;
        };
        match made {
            Ok(outcome) => {
                invocation.status = BatonActionStatus::Complete;
                if let Outcome::Invoked(returned) = outcome
                    && let Value::Object(values) = attributes(&returned)
                {
                    invocation.response = values;
                }
            }
            Err(failure) => {
                tracing::warn!(action_id = id, error = %failure, "action failed");
                invocation.status = BatonActionStatus::Failed;
                invocation.failure = Some((failure.kind, failure.to_string()));
            }
        }
    }

    fn find(&self, id: &str) -> Option<Invocation> {
        self.lock().iter().find(|known| known.id == id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Invocation>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named<'d>(description: &'d Description, name: &str, ty: &str) -> Result<&'d Action> {
    let mut actions = description.actions.iter();
    let action = actions
        .find(|action| action.name == name && (ty.is_empty() || target_type(action) == Some(ty)));
    action.ok_or_else(|| {
        let known: Vec<_> = description
            .actions
            .iter()
            .map(|own| own.name.as_str())
            .collect();
        let what = format!("handler for action {name:?} not found");
        Failure::new(Kind::NotFound, what).hint(format!("There are {}.", known.join(", ")))
    })
}

fn target_type(action: &Action) -> Option<&str> {
    let target = action.target.as_ref()?;
    Some(&target.resource_type)
}
