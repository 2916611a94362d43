//! Actions: which there are, what comes of them, and how far those are that take longer.

mod invocations;
mod schema;

pub use invocations::Invocations;

use super::{
    super::outcome::{Done, Failed, Outcome as TaskOutcome},
    Bench,
    change::carry_out,
};
use crate::{
    baton::{
        connector::{
            GetActionSchemaResponse, GetActionStatusResponse, InvokeActionResponse,
            ListActionSchemasResponse,
        },
        json::{from_struct, to_struct},
        service::task::{
            ActionGetSchemaTask, ActionInvokeTask, ActionListSchemasTask, ActionStatusTask,
        },
    },
    contract::describe::{Action, Description},
    failure::{Failure, Kind, Result},
    provisioning::{self, Change},
};
use futures::FutureExt;
use schema::schema;
use serde_json::Value;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

/// How long whoever invokes an action is kept waiting for what comes of it.
const INLINE: Duration = Duration::from_secs(1);

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
    let id = begin(&bench, &task.name, change);
    let mut ends = bench.ends.clone();
    tokio::select! {
        () = bench.invocations.ended(&id) => {}
        () = tokio::time::sleep(INLINE) => {}
        ending = ends.at_once() => {
            // It says itself how far it has come.
            bench.invocations.stop(&id, ending);
            bench.invocations.ended(&id).await;
        }
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

/// Begins an action. It goes on whether or not somebody waits for it.
fn begin(bench: &Bench, name: &str, change: Change) -> String {
    let (id, ends) = bench.invocations.begin(name);
    let bench = Bench {
        ends,
        ..bench.clone()
    };
    let invocations = Arc::clone(&bench.invocations);
    let carrying_out = {
        let id = id.clone();
        async move {
            let made = AssertUnwindSafe(carry_out(&bench, change)).catch_unwind();
            let made = made.await.unwrap_or_else(|_| {
                let what = "the host has failed at this action; its log says where";
                Err(Failure::new(Kind::Internal, what))
            });
            bench.invocations.end(&id, made);
        }
    };
    invocations.spawn(carrying_out);
    id
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
