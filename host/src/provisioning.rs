//! One change of the product: a grant, a revocation, a new account, an action.
//!
//! ```text
//! ids, form --> Change --> component --> Outcome --> receipt
//!                              |
//!                  the gate holds back --> Plan (a dry run)
//! ```
//!
//! What people give becomes a [`Change`]: ids are looked up in the file of the last sync
//! ([`Ids`]), values are put into the connector's forms ([`account`], [`invocation`]). [`run`] looks at the resource
//! as it is now, calls the component, and keeps a [receipt](Receipts). In a dry run, the first
//! request that would change something is held back at the gate, and becomes a [`Plan`].

mod change;
mod effect;
mod form;
mod ids;
mod masked;
mod outcome;
mod plan;
mod receipt;
mod request;
mod state;
mod text;

pub use change::{Change, id as entitlement_id, named as named_entitlement};
pub use form::object;
pub use ids::{Ids, Known};
pub use outcome::Outcome;
pub use plan::Plan;
pub use receipt::{Receipts, attributes};
pub use request::{account, invocation, secrets};
pub use state::{State, status_name};

use crate::{
    connector::{Connector, Exports, Instance},
    contract::{describe::Description, types::ResourceId},
    egress::{Gate, Operation},
    failure::{Failure, Kind, Result},
    sandbox::{Limits, Variables},
};
use jiff::Timestamp;
use masked::Masks;
use receipt::Receipt;
use std::sync::Arc;
use wasmtime::component::Accessor;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// The change has been made, or did not have to be.
    Made(Box<Outcome>),
    /// It was a dry run.
    Planned(Plan),
}

/// Makes a change, or finds out what it would send: `gate.dry_run` decides.
///
/// The state before is read from the product where somebody is going to see it, or where the
/// principal is not known otherwise.
///
/// # Errors
///
/// What the connector fails with, or `canceled` when `stop` comes to an end before the change. A
/// receipt is written in any case once the connector has been started.
pub async fn run(
    connector: &Connector,
    gate: Gate,
    variables: Arc<Variables>,
    limits: &Limits,
    known: Known,
    mut receipts: Option<Receipts>,
    stop: impl Future<Output = &'static str>,
) -> Result<Done> {
    let Known {
        change,
        state: mut before,
        unknown,
    } = known;
    check(connector, change.operation())?;
    check_provisionable(connector, &change)?;
    let description = &connector.description;
    let dry_run = gate.dry_run;
    let (traffic, changes) = (Arc::clone(&gate.traffic), Arc::clone(&gate.changes));
    let look = dry_run || receipts.is_some() || unknown.is_some();
    let mut called = false;
    let making = connector.call(gate, Arc::clone(&variables), limits, async |instance| {
        called = true;
        let subject = change.subject().filter(|_| look);
        match look_at(instance, subject).await? {
            Some(Ok(state)) => before = Some(state.completed(before.take(), description)),
            Some(Err(failure)) => return Ok(Err(unseen(failure, unknown))),
            None => {}
        }
        let is_there = before.as_ref().is_some_and(|before| before.exists);
        if let Some(unknown) = unknown.filter(|_| !is_there) {
            return Ok(Err(unknown));
        }
        instance.enter(change.operation());
        tokio::select! {
            biased;
            made = call(instance, &change, description, &variables) => Ok(made?.map(Some)),
            // From here on the component waits for an answer that does not come.
            () = changes.held_back() => Ok(Ok(None)),
        }
    });
    let made = tokio::select! {
        made = making => made.flatten(),
        signal = stop => Err(stopped(signal, changes.has_begun())),
    };
    let requests = changes.requests();
    let masks = Masks::new(&variables, request::fields(description, &change));
    if let Some(request) = requests.first().filter(|_| dry_run) {
        let before = effect::before(&change, before);
        let after = effect::after(&change, None, before.as_ref(), description);
        let plan = Plan::send(&change, before.as_ref(), after.as_ref(), request, &masks);
        return Ok(Done::Planned(plan));
    }
    let made = made.and_then(|outcome| match outcome {
        Some(outcome) if requests.is_empty() && outcome.claims_a_change() => {
            Err(undeclared(&outcome))
        }
        Some(outcome) => outcome.believed(description),
        None => Err(Failure::new(Kind::Internal, "the connector has no answer")),
    });
    let made = made.map_err(|failure| {
        let failure = traffic.explain(failure).context(format!("cannot {change}"));
        failure.redacted(&variables)
    });
    if let Some(receipts) = receipts.as_mut().filter(|_| called) {
        if made.as_ref().is_ok_and(Outcome::claims_a_change) {
            before = effect::before(&change, before);
        }
        let after = made.as_ref().ok().and_then(|outcome| {
            effect::after(&change, Some(outcome), before.as_ref(), description)
        });
        let receipt = Receipt {
            connector,
            change: &change,
            before: before.as_ref(),
            after: after.as_ref(),
            requests: &requests,
            result: made.as_ref(),
        };
        receipts.append(&receipt.json(Timestamp::now(), &masks), made.is_ok())?;
    }
    made.map(|outcome| match dry_run {
        true => Done::Planned(Plan::nothing(&outcome)),
        false => Done::Made(Box::new(outcome)),
    })
}

/// Whether a connector can do such a thing at all.
///
/// # Errors
///
/// When it does not export what that takes.
pub fn check(connector: &Connector, operation: Operation) -> Result<()> {
    let name = &connector.description.display_name;
    let (interface, what) = match operation {
        Operation::Grant | Operation::Revoke => ("grant", "grants and revokes nothing"),
        Operation::CreateAccount => ("create-account", "creates no accounts"),
        Operation::InvokeAction => ("invoke-action", "has no actions"),
        _ => return Ok(()),
    };
    match connector.interface.exports.contains(interface) {
        true => Ok(()),
        false => Err(Failure::new(
            Kind::Unimplemented,
            format!("{name} {what}: the component does not export {interface}"),
        )),
    }
}

/// Whether entitlements on this type can be granted and revoked, as the connector describes it.
fn check_provisionable(connector: &Connector, change: &Change) -> Result<()> {
    let Some(entitlement) = change.entitlement() else {
        return Ok(());
    };
    let ty = &entitlement.on.resource_type;
    let mut types = connector.description.resource_types.iter();
    match types.any(|known| known.id == *ty && known.provisionable) {
        true => Ok(()),
        false => Err(Failure::new(
            Kind::Unimplemented,
            format!(
                "resource type {ty} does not have provisioner configured: its entitlements cannot be granted or revoked"
            ),
        )),
    }
}

/// The resource as the product has it now; nothing where there is none to look at, or the
/// connector cannot look.
async fn look_at(
    instance: &mut Instance,
    subject: Option<&ResourceId>,
) -> wasmtime::Result<Option<Result<State>>> {
    let Some(subject) = subject.filter(|_| instance.exports.get_resource.is_some()) else {
        return Ok(None);
    };
    instance.enter(Operation::GetResource);
    let looking = async |on: &Accessor<_>, by: &Exports| {
        let look = present(by.get_resource.as_ref())?;
        look.call_get_resource(on, subject.clone()).await
    };
    let what = format!("{} {}", subject.resource_type, subject.id);
    Ok(Some(match instance.run(looking).await? {
        Ok(Some(listed)) if listed.resource.id != *subject => Err(Failure::new(
            Kind::Internal,
            format!(
                "the connector was asked for {what}, and answered with {} {}",
                listed.resource.id.resource_type, listed.resource.id.id
            ),
        )),
        Ok(listed) => Ok(State::told(listed.as_ref())),
        Err(error) => Err(Failure::from(error).context(format!("cannot look at {what}"))),
    }))
}

/// A principal could not be looked at. If the file does not know it either, that is told as well,
/// and it is all there is to say where the product takes no such id.
fn unseen(failure: Failure, unknown: Option<Failure>) -> Failure {
    match (unknown, failure.kind) {
        (None, _) => failure,
        (Some(unknown), Kind::InvalidArgument | Kind::NotFound) => unknown,
        (Some(unknown), _) => {
            let known = format!("{unknown}.");
            let hints = std::iter::once(known).chain(unknown.hints);
            hints.fold(failure, Failure::hint)
        }
    }
}

/// A connector changes nothing without a request that it declares as a change.
fn undeclared(outcome: &Outcome) -> Failure {
    Failure::new(
        Kind::Internal,
        format!(
            "the connector answered {:?}, but has sent nothing that it declares as a change",
            outcome.name()
        ),
    )
    .hint("This is a fault in the connector: it has made it up, or changes something with requests that it declares as reading.")
    .hint("Look at the product, and at what the connector declares (inspect).")
}

fn stopped(signal: &str, has_begun: bool) -> Failure {
    let what = match has_begun {
        true => "it was sent, and it is not known whether it has worked",
        false => "nothing has been changed",
    };
    let failure = Failure::new(Kind::Canceled, format!("stopped by {signal}; {what}"));
    match has_begun {
        true => failure.hint("Run it again: it looks at what is there first."),
        false => failure,
    }
}

/// Calls the component for a change.
async fn call(
    instance: &mut Instance,
    change: &Change,
    description: &Description,
    variables: &Variables,
) -> wasmtime::Result<Result<Outcome>> {
    let made = match change.clone() {
        Change::Grant {
            entitlement,
            principal,
        } => {
            let granting = async |on: &Accessor<_>, by: &Exports| {
                let grant = present(by.grant.as_ref())?;
                grant.call_grant(on, entitlement, principal).await
            };
            instance.run(granting).await?.map(Outcome::from)
        }
        Change::Revoke {
            entitlement,
            principal,
        } => {
            let revoking = async |on: &Accessor<_>, by: &Exports| {
                let grant = present(by.grant.as_ref())?;
                grant.call_revoke(on, entitlement, principal).await
            };
            instance.run(revoking).await?.map(Outcome::from)
        }
        Change::CreateAccount { account, .. } => {
            let creating = async |on: &Accessor<_>, by: &Exports| {
                let create = present(by.create_account.as_ref())?;
                create.call_create_account(on, account).await
            };
            let created = instance.run(creating).await?;
            created.map(|created| Outcome::of_account(created, variables))
        }
        Change::InvokeAction {
            name, arguments, ..
        } => {
            let mut actions = description.actions.iter();
            let returns = actions.find(|action| action.name == name);
            let returns = returns.map_or(&[][..], |action| &action.returns);
            let invoking = async |on: &Accessor<_>, by: &Exports| {
                let invoke = present(by.invoke_action.as_ref())?;
                invoke.call_invoke_action(on, name, arguments).await
            };
            let returned = instance.run(invoking).await?;
            returned.map(|returned| Outcome::of_action(returned, returns))
        }
    };
    Ok(made.map_err(Failure::from))
}

/// See [`check`].
fn present<T>(functions: Option<&T>) -> wasmtime::Result<&T> {
    functions.ok_or_else(|| wasmtime::Error::msg("it does not export what this takes"))
}
