//! The contract's words, as it spells them.

use connector_host::contract::{
    describe::{ActionKind, Effect, Kind, Operations, Source, Trait},
    types::CredentialOption,
};

pub fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::SignIn => "sign-in",
        Effect::Change => "change",
    }
}

pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Flag => "flag",
        Kind::Texts => "texts",
    }
}

pub fn trait_name(ty: Trait) -> &'static str {
    match ty {
        Trait::User => "user",
        Trait::Group => "group",
        Trait::Role => "role",
        Trait::App => "app",
    }
}

pub fn source_name(source: Source) -> &'static str {
    match source {
        Source::None => "none",
        Source::WithResources => "with-resources",
        Source::Listed => "listed",
    }
}

pub fn action_kind_name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Other => "other",
        ActionKind::AccountEnable => "account-enable",
        ActionKind::AccountDisable => "account-disable",
        ActionKind::AccountUpdateProfile => "account-update-profile",
    }
}

pub fn credential_name(option: CredentialOption) -> &'static str {
    match option {
        CredentialOption::NoPassword => "no-password",
        CredentialOption::RandomPassword => "random-password",
        CredentialOption::Sso => "sso",
    }
}

/// The operations during which a changing request may be sent.
pub fn during(operations: Operations) -> Vec<&'static str> {
    let all = [
        (Operations::GRANT, "grant"),
        (Operations::REVOKE, "revoke"),
        (Operations::CREATE_ACCOUNT, "create-account"),
        (Operations::INVOKE_ACTION, "invoke-action"),
    ];
    let named = all
        .into_iter()
        .filter(|(operation, _)| operations.contains(*operation));
    named.map(|(_, name)| name).collect()
}
