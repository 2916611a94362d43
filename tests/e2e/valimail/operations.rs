//! The staff, the arguments of every operation on it, and what is to be sent for it.

use e2e::valimail::{Account, EXTENSION, PATCH_OP, SLUG, field};
use serde_json::{Value, json};

/// An owner.
pub const ADA: &str = "ada-0001";
/// Another one.
pub const GRACE: &str = "grace-0002";
/// A member.
pub const HEDY: &str = "hedy-0003";
/// A marketer.
pub const MARY: &str = "mary-0004";
/// An owner whose account is inactive.
pub const IDA: &str = "ida-0005";
/// A member whose account is inactive.
pub const KAY: &str = "kay-0006";
/// An auditor, which no documentation knows.
pub const ROSE: &str = "rose-0007";
/// Has no member type.
pub const ZOE: &str = "zoe-0008";
/// Nobody has this address yet.
pub const NEW: &str = "joan.clarke@larkspur.example";

/// Two active owners, and one of everybody else.
pub fn staff() -> Vec<Account> {
    let person = |id: &str, given: &str, family: &str| {
        let address = format!("{}@larkspur.example", given.to_lowercase());
        Account::new(id, address).named(given, family)
    };
    vec![
        person(ADA, "Ada", "Lovelace").owner(),
        person(GRACE, "Grace", "Hopper").owner(),
        person(HEDY, "Hedy", "Lamarr"),
        person(MARY, "Mary", "Wells").marketer(),
        person(IDA, "Ida", "Rhodes").owner().inactive(),
        person(KAY, "Kay", "McNulty").inactive(),
        person(ROSE, "Rose", "Dieng").member_type("auditor"),
        person(ZOE, "Zoe", "Mackey").without(field::EXTENSION),
    ]
}

/// The staff without these.
pub fn staff_without(gone: &[&str]) -> Vec<Account> {
    let mut staff = staff();
    staff.retain(|account| !gone.contains(&account.text(field::ID).expect("an id")));
    staff
}

/// `member_type:owner:assigned`
pub fn entitlement(member_type: &str) -> String {
    format!("member_type:{member_type}:assigned")
}

/// `member_type:owner:assigned:user:ada-0001`
pub fn grant_id(member_type: &str, id: &str) -> String {
    format!("{}:user:{id}", entitlement(member_type))
}

/// The arguments of an operation.
pub type Operation = Vec<String>;

pub fn grant(member_type: &str, id: &str) -> Operation {
    granting(&entitlement(member_type), id, "user")
}

/// A grant of any entitlement to any principal.
pub fn granting(entitlement: &str, id: &str, resource_type: &str) -> Operation {
    let flags = [
        ("--grant-entitlement", entitlement),
        ("--grant-principal", id),
        ("--grant-principal-type", resource_type),
    ];
    let flags = flags.into_iter();
    flags
        .flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()])
        .collect()
}

pub fn revoke(member_type: &str, id: &str) -> Operation {
    revoking(&grant_id(member_type, id))
}

/// A revoke of any grant.
pub fn revoking(grant: &str) -> Operation {
    vec!["--revoke-grant".to_owned(), grant.to_owned()]
}

/// An account with an address and nothing else.
pub fn create(email: &str) -> Operation {
    vec!["--create-account-email".to_owned(), email.to_owned()]
}

/// An account with an address and a profile.
pub fn create_with(email: &str, profile: &Value) -> Operation {
    let profile = ["--create-account-profile".to_owned(), profile.to_string()];
    [create(email), profile.into()].concat()
}

pub fn enable(id: &str) -> Operation {
    invoke("enable_user", &json!({"user_id": id}))
}

pub fn disable(id: &str) -> Operation {
    invoke("disable_user", &json!({"user_id": id}))
}

/// Any action.
pub fn invoke(name: &str, arguments: &Value) -> Operation {
    let words = ["--invoke-action", name, "--invoke-action-args"];
    let words = words.into_iter().map(str::to_owned);
    words.chain([arguments.to_string()]).collect()
}

/// The path of the API below which accounts are.
pub fn users() -> String {
    format!("/accounts/{SLUG}/scim/v2/Users")
}

/// The one body that changes a member type.
pub fn member_type_body(member_type: &str) -> Value {
    replacement(&format!("{EXTENSION}.memberType"), &member_type.into())
}

/// The one body that enables or disables.
pub fn active_body(active: bool) -> Value {
    replacement("active", &active.into())
}

/// A PATCH of one attribute.
pub fn replacement(path: &str, value: &Value) -> Value {
    json!({
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": path, "value": value}],
    })
}

/// One of everything that is a PATCH.
pub fn patches() -> [Operation; 5] {
    [
        grant("owner", HEDY),
        revoke("marketer", MARY),
        revoke("owner", GRACE),
        disable(GRACE),
        enable(KAY),
    ]
}

/// One of everything that changes something.
pub fn everything() -> Vec<Operation> {
    [&patches()[..], &[create(NEW)]].concat()
}
