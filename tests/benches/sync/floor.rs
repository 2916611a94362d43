//! The native floor: what a sync takes without a sandbox, written to be fast.
//!
//! One thread downloads, parses and encodes, another one writes rows, as in the host. The parser is the
//! component's, the writer the host's; everything between is plain structs and moves.

use anyhow::{Context, Result, bail, ensure};
use connector_host::{
    baton::any,
    c1z::{
        self, AccountType, Email, Entitlement, EntitlementRow, Grant, GrantRow, Inserted, Purpose,
        Resource, ResourceId, ResourceRow, ResourceStatus, ResourceType, RoleTrait,
        SkipEntitlementsAndGrants, Status, StructuredName, Trait, UserStatus, UserStatusValue,
        UserTrait, Writer,
    },
};
use e2e::valimail::{APP_ID, CLIENT_ID, SLUG};
use prost::Message;
use prost_types::{Struct, Timestamp, Value, value::Kind};
use std::{collections::BTreeMap, path::Path, sync::mpsc, thread};
use valimail::{
    list::{ListReader, Record},
    member_types,
    scim::User,
};

pub fn run(origin: &str, file: &Path) -> Result<()> {
    let (sender, receiver) = mpsc::sync_channel(64);
    let path = file.to_owned();
    let writer = thread::spawn(move || write(&path, receiver));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(download(origin, sender))?;
    writer
        .join()
        .map_err(|_| anyhow::anyhow!("the writer panicked"))?
}

/// An account, ready to be written.
struct Account {
    id: String,
    member_type: Option<String>,
    data: Vec<u8>,
}

async fn download(origin: &str, accounts: mpsc::SyncSender<Vec<Account>>) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let credentials = serde_json::json!({ "client-id": CLIENT_ID, "app-id": APP_ID });
    let answer = client
        .post(format!("{origin}/auth"))
        .header("content-type", "application/json")
        .body(credentials.to_string())
        .send()
        .await?;
    let answer: serde_json::Value =
        serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
    let token = answer["token"].as_str().context("a token")?;
    let mut list = client
        .get(format!("{origin}/accounts/{SLUG}/scim/v2/Users"))
        .bearer_auth(token)
        .send()
        .await?
        .error_for_status()?;
    let mut reader = ListReader::<User>::default();
    let mut records = Vec::new();
    let mut total = 0;
    while let Some(chunk) = list.chunk().await? {
        if let Err(problem) = reader.push(&chunk, &mut records) {
            bail!("{problem}");
        }
        total += records.len() as u64;
        let batch = records.drain(..).map(|record| match record {
            Record::Read(user) => account(user),
            Record::Unusable { reason, .. } => bail!("{reason}"),
        });
        accounts.send(batch.collect::<Result<_>>()?)?;
    }
    match reader.finish() {
        Ok(envelope) => ensure!(envelope.total_results == Some(total), "half a list"),
        Err(problem) => bail!("{problem}"),
    }
    Ok(())
}

fn write(path: &Path, accounts: mpsc::Receiver<Vec<Account>>) -> Result<()> {
    let mut writer = Writer::open(path, &crate::file_options())?;
    let user_type = ResourceType {
        id: "user".into(),
        display_name: "User".into(),
        traits: vec![Trait::User.into()],
        annotations: vec![any(&SkipEntitlementsAndGrants {})],
        ..ResourceType::default()
    };
    let member_type = ResourceType {
        id: "member_type".into(),
        display_name: "Member Type".into(),
        traits: vec![Trait::Role.into()],
        ..ResourceType::default()
    };
    for ty in [&member_type, &user_type] {
        ensure!(writer.resource_type(ty)? == Inserted::New);
    }
    let mut roles = BTreeMap::new();
    for name in member_types::KNOWN {
        roles.insert(name.to_owned(), role(&mut writer, name, &user_type)?);
    }
    for account in accounts.into_iter().flatten() {
        let Account {
            id,
            member_type,
            data,
        } = account;
        let row = ResourceRow {
            resource_type: "user",
            resource: &id,
            parent: None,
            data: &data,
        };
        ensure!(writer.resource(row)? == Inserted::New);
        let Some(member_type) = member_type else {
            continue;
        };
        let stub = roles.get(&member_type).context("a known member type")?;
        let grant = Grant {
            entitlement: Some(stub.clone()),
            principal: Some(Resource {
                id: Some(resource_id("user", &id)),
                ..Resource::default()
            }),
            id: c1z::grant_id(&stub.id, "user", &id),
            ..Grant::default()
        };
        writer.grant(GrantRow {
            resource_type: "member_type",
            resource: &member_type,
            entitlement: &stub.id,
            principal_type: "user",
            principal: &id,
            id: &grant.id,
            data: &grant.encode_to_vec(),
        })?;
    }
    writer.finish()?;
    Ok(())
}

/// Writes a member type and its entitlement; gives the entitlement as grants hold it.
fn role(writer: &mut Writer, name: &str, user_type: &ResourceType) -> Result<Entitlement> {
    let described = member_types::resource(name);
    let told = member_types::entitlement(name);
    let role = Resource {
        id: Some(resource_id("member_type", name)),
        display_name: described.display_name,
        description: described.description.unwrap_or_default(),
        annotations: vec![any(&RoleTrait::default())],
        ..Resource::default()
    };
    let row = ResourceRow {
        resource_type: "member_type",
        resource: name,
        parent: None,
        data: &role.encode_to_vec(),
    };
    ensure!(writer.resource(row)? == Inserted::New);
    let id = c1z::entitlement_id("member_type", name, member_types::ASSIGNED);
    let entitlement = Entitlement {
        resource: Some(role.clone()),
        id: id.clone(),
        display_name: told.display_name,
        description: told.description.unwrap_or_default(),
        grantable_to: vec![user_type.clone()],
        purpose: Purpose::Assignment.into(),
        slug: member_types::ASSIGNED.into(),
        ..Entitlement::default()
    };
    let row = EntitlementRow {
        resource_type: "member_type",
        resource: name,
        id: &id,
        data: &entitlement.encode_to_vec(),
    };
    ensure!(writer.entitlement(row)? == Inserted::New);
    Ok(Entitlement {
        resource: Some(role),
        id,
        ..Entitlement::default()
    })
}

fn account(user: User) -> Result<Account> {
    let extension = user.extension.as_ref();
    Ok(Account {
        id: user.id.clone().context("an id")?,
        member_type: extension.and_then(|extension| extension.member_type.clone()),
        data: resource(user)?.encode_to_vec(),
    })
}

fn resource(user: User) -> Result<Resource> {
    let id = user.id.context("an id")?;
    let login = user.user_name.context("a user name")?;
    let name = user.name.unwrap_or_default();
    let meta = user.meta.unwrap_or_default();
    let created_at = match meta.created {
        Some(created) => Some(created.parse::<jiff::Timestamp>()?),
        None => None,
    };
    let created_at = created_at.map(|at| Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    });
    let member_type = user.extension.and_then(|extension| extension.member_type);
    let display_name = match (&name.given, &name.family) {
        (Some(given), Some(family)) => format!("{given} {family}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => login.clone(),
    };
    let profile = [
        ("user_id", Some(id.clone())),
        ("email", Some(login.clone())),
        ("first_name", name.given.clone()),
        ("last_name", name.family.clone()),
        ("external_id", user.external_id),
        ("member_type", member_type),
        ("last_modified", meta.last_modified),
    ];
    let profile = Struct {
        fields: profile
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), text(value?))))
            .collect(),
    };
    let (status, user_status) = match user.active {
        Some(true) => (ResourceStatus::Enabled, UserStatusValue::Enabled),
        Some(false) => (ResourceStatus::Disabled, UserStatusValue::Disabled),
        None => (ResourceStatus::Unspecified, UserStatusValue::Unspecified),
    };
    let account = UserTrait {
        emails: vec![Email {
            address: login.clone(),
            is_primary: true,
        }],
        status: Some(UserStatus {
            status: user_status.into(),
            ..UserStatus::default()
        }),
        profile: Some(profile.clone()),
        account_type: AccountType::Human.into(),
        login,
        created_at,
        structured_name: Some(StructuredName {
            given_name: name.given.unwrap_or_default(),
            family_name: name.family.unwrap_or_default(),
            ..StructuredName::default()
        }),
        ..UserTrait::default()
    };
    Ok(Resource {
        id: Some(resource_id("user", &id)),
        display_name,
        annotations: vec![any(&account)],
        profile: Some(profile),
        status: Some(Status {
            status: status.into(),
            ..Status::default()
        }),
        created_at,
        ..Resource::default()
    })
}

fn resource_id(resource_type: &str, resource: &str) -> ResourceId {
    ResourceId {
        resource_type: resource_type.into(),
        resource: resource.into(),
    }
}

fn text(text: String) -> Value {
    Value {
        kind: Some(Kind::StringValue(text)),
    }
}
