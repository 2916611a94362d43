//! Changes of access: grants, revocations, new accounts.

use super::{
    super::outcome::{Done, Failed, Outcome as TaskOutcome},
    Bench,
};
use crate::{
    baton::{
        any,
        connector::{
            CreateAccountResponse, CredentialOptions, GrantAlreadyExists, GrantAlreadyRevoked,
            GrantManagerServiceGrantResponse, GrantManagerServiceRevokeResponse, GrantReplaced,
            create_account_response::{
                ActionRequiredResult, AlreadyExistsResult, Result as Created, SuccessResult,
            },
            credential_options::Options,
        },
        json::from_struct,
        service::task::{CreateAccountTask, GrantTask, RevokeTask},
    },
    c1z,
    contract::{
        describe::{AccountForm, Description},
        types::{self, CredentialOption, EntitlementId, ResourceId},
    },
    failure::{Failure, Kind, Result},
    provisioning::{self, Change, Done as Made, Known, Outcome},
    sync,
};
use prost_types::Any;

/// Makes somebody hold something.
pub async fn grant(bench: Bench, task: GrantTask) -> TaskOutcome {
    let (Some(entitlement), Some(principal)) = (task.entitlement, task.principal) else {
        return Err(Failed::malformed(
            "a grant needs an entitlement and a principal",
        ));
    };
    let (entitlement, principal) = holding(&entitlement, &principal)?;
    let change = Change::Grant {
        entitlement,
        principal: principal.clone(),
    };
    let outcome = make(&bench, change).await?;
    let annotations = annotations(&outcome, &principal);
    let response = GrantManagerServiceGrantResponse {
        annotations: annotations.clone(),
        grants: Vec::new(),
    };
    Ok(Done::with(&response, annotations))
}

/// Takes it away again.
pub async fn revoke(bench: Bench, task: RevokeTask) -> TaskOutcome {
    let grant = task.grant.unwrap_or_default();
    let (Some(entitlement), Some(principal)) = (grant.entitlement, grant.principal) else {
        return Err(Failed::malformed(
            "a revocation needs a grant with an entitlement and a principal",
        ));
    };
    let (entitlement, principal) = holding(&entitlement, &principal)?;
    let change = Change::Revoke {
        entitlement,
        principal: principal.clone(),
    };
    let outcome = make(&bench, change).await?;
    let annotations = annotations(&outcome, &principal);
    let response = GrantManagerServiceRevokeResponse {
        annotations: annotations.clone(),
    };
    Ok(Done::with(&response, annotations))
}

/// Creates an account.
pub async fn create_account(bench: Bench, task: CreateAccountTask) -> TaskOutcome {
    let Some(info) = task.account_info else {
        return Err(Failed::malformed("a new account needs account_info"));
    };
    let description = &bench.work.connector.description;
    let form = form(description, &task.resource_type_id).map_err(Failed::for_good)?;
    let credential = credential(form, task.credential_options).map_err(Failed::for_good)?;
    let mut emails = info.emails.iter();
    let email = emails
        .clone()
        .find(|email| email.is_primary)
        .or_else(|| emails.next());
    let email = email.map(|email| email.address.clone());
    let login = Some(info.login).filter(|login| !login.is_empty());
    let profile = from_struct(info.profile.unwrap_or_default());
    let change = provisioning::account(form, login, email, "the profile", profile);
    let mut change = change.map_err(Failed::for_good)?;
    if let Change::CreateAccount { account, .. } = &mut change {
        account.credential = credential;
    }
    let traits = |resource: &types::Resource| {
        let mut types = description.resource_types.iter();
        let ty = types.find(|ty| ty.id == resource.id.resource_type);
        ty.map_or(&[][..], |ty| &ty.traits)
    };
    let stored = |resource: types::Resource| {
        let traits = traits(&resource);
        Some(sync::resource(resource, traits))
    };
    let result = match make(&bench, change).await? {
        Outcome::Created(resource) => Created::Success(SuccessResult {
            resource: stored(resource),
            is_create_account_result: true,
        }),
        Outcome::ActionRequired(resource, message) => {
            Created::ActionRequired(ActionRequiredResult {
                resource: stored(resource),
                message,
                is_create_account_result: true,
            })
        }
        Outcome::AccountAlreadyExists(resource) => Created::AlreadyExists(AlreadyExistsResult {
            resource: stored(resource),
            is_create_account_result: true,
        }),
        other => return Err(Failed::for_good(odd(&other))),
    };
    let response = CreateAccountResponse {
        result: Some(result),
        ..CreateAccountResponse::default()
    };
    Ok(Done::with(&response, Vec::new()))
}

/// Makes a change, if the operator allows any.
async fn make(bench: &Bench, change: Change) -> std::result::Result<Outcome, Failed> {
    if !bench.work.provisioning {
        let failure = Failure::new(Kind::FailedPrecondition, "provisioning is not enabled");
        let failure =
            failure.hint("Run the connector with --provisioning, or BATON_PROVISIONING=true.");
        return Err(Failed::for_good(failure));
    }
    let failed = |failure: Failure| match failure.kind {
        // Nobody has refused it; it looks at what is there before it is tried again.
        Kind::Canceled => Failed::for_now(failure),
        _ => Failed::for_good(failure),
    };
    carry_out(bench, change).await.map_err(failed)
}

/// Makes a change, as a task of any kind.
pub(super) async fn carry_out(bench: &Bench, change: Change) -> Result<Outcome> {
    let work = &bench.work;
    let description = &work.connector.description;
    let variables = work.variables();
    for secret in provisioning::secrets(description, &change) {
        variables.hide(&secret);
    }
    let gate = bench.gates.open(change.operation());
    let receipts = work.receipts()?;
    let mut ends = bench.ends.clone();
    let stop = async { ends.at_once().await.words() };
    let known = Known {
        change: change.clone(),
        state: None,
        unknown: None,
    };
    let made = provisioning::run(
        &work.connector,
        gate,
        variables,
        &work.limits,
        known,
        receipts,
        stop,
    );
    match made.await? {
        Made::Made(outcome) => {
            tracing::info!(task_id = bench.task, outcome = outcome.name(), "{change}");
            Ok(*outcome)
        }
        Made::Planned(_) => Err(Failure::new(Kind::Internal, "it was taken for a dry run")),
    }
}

/// Who holds what, by the messages that name them.
fn holding(
    entitlement: &c1z::Entitlement,
    principal: &c1z::Resource,
) -> std::result::Result<(EntitlementId, ResourceId), Failed> {
    let named = provisioning::named_entitlement(entitlement).ok_or_else(|| {
        Failed::for_good(Failure::new(
            Kind::NotFound,
            format!("{:?} is no entitlement of this connector", entitlement.id),
        ))
    })?;
    let principal = principal.id.as_ref();
    let principal = principal.ok_or_else(|| Failed::malformed("the principal has no id"))?;
    let principal = ResourceId {
        resource_type: principal.resource_type.clone(),
        id: principal.resource.clone(),
    };
    Ok((named, principal))
}

fn annotations(outcome: &Outcome, principal: &ResourceId) -> Vec<Any> {
    match outcome {
        Outcome::GrantAlreadyExists => vec![any(&GrantAlreadyExists {})],
        Outcome::GrantAlreadyRevoked => vec![any(&GrantAlreadyRevoked {})],
        Outcome::GrantReplaced(other) => vec![any(&GrantReplaced {
            replaced_grant_id: c1z::grant_id(
                &provisioning::entitlement_id(other),
                &principal.resource_type,
                &principal.id,
            ),
        })],
        _ => Vec::new(),
    }
}

fn form<'d>(description: &'d Description, resource_type: &str) -> Result<&'d AccountForm> {
    let name = &description.display_name;
    let form = description.account_form.as_ref();
    let form = form
        .ok_or_else(|| Failure::new(Kind::Unimplemented, format!("{name} creates no accounts")))?;
    match resource_type.is_empty() || resource_type == form.resource_type {
        true => Ok(form),
        false => Err(Failure::new(
            Kind::Unimplemented,
            format!("{name} creates no accounts of the type {resource_type:?}"),
        )),
    }
}

/// How the account gets its first credential: as the task says, or as the connector likes best.
fn credential(form: &AccountForm, options: Option<CredentialOptions>) -> Result<CredentialOption> {
    let wanted = match options.and_then(|options| options.options) {
        Some(Options::NoPassword(_)) => Some(CredentialOption::NoPassword),
        Some(Options::Sso(_)) => Some(CredentialOption::Sso),
        Some(Options::RandomPassword(_)) => Some(CredentialOption::RandomPassword),
        Some(Options::EncryptedPassword(_)) => {
            let what = "accounts cannot be created with a password that somebody else has chosen";
            return Err(Failure::new(Kind::Unimplemented, what));
        }
        None => form.credentials.first().copied(),
    };
    match wanted.filter(|wanted| form.credentials.contains(wanted)) {
        // There is nobody to whom it could be handed over.
        Some(CredentialOption::RandomPassword) => Err(Failure::new(
            Kind::Unimplemented,
            "this version does not hand over the password of a new account",
        )),
        Some(wanted) => Ok(wanted),
        None => Err(Failure::new(
            Kind::InvalidArgument,
            "the connector does not offer this kind of credential for a new account",
        )),
    }
}

fn odd(outcome: &Outcome) -> Failure {
    let what = format!(
        "the connector answered {:?}, which is no account",
        outcome.name()
    );
    Failure::new(Kind::Internal, what)
}
