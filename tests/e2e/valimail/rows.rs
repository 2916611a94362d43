//! What an account looks like in the file.

use crate::rig::{Rig, Synced};
use e2e::{
    c1z::ResourceRow,
    valimail::{Account, Settings, field},
};
use jiff::Timestamp;
use prost_types::value::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

pub const UNSPECIFIED: i32 = 0;
pub const ENABLED: i32 = 1;
pub const DISABLED: i32 = 2;
const HUMAN: i32 = 1;

/// What a row says of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub key: String,
    pub display_name: String,
    pub login: String,
    /// Addresses, and whether each is the primary one.
    pub emails: Vec<(String, bool)>,
    pub status: i32,
    pub profile: BTreeMap<String, String>,
    /// Seconds and nanoseconds.
    pub created: Option<(i64, i32)>,
}

impl Row {
    /// What is stored, with everything that is stored twice compared.
    pub fn stored(row: &ResourceRow) -> Self {
        let (resource, user) = (&row.resource, row.user.as_ref().expect("a user trait"));
        let id = resource.id.as_ref().expect("an id");
        assert_eq!(id.resource_type, "user");
        assert_eq!(row.key, format!("user:{}", id.resource));
        assert_eq!(user.account_type, HUMAN);
        assert_eq!(user.status, resource.status);
        assert_eq!(user.profile, resource.profile);
        assert_eq!(user.created_at, resource.created_at);
        let profile = user.profile.clone().expect("a profile");
        let texts = profile.fields.into_iter().map(|(key, value)| {
            let Some(Kind::StringValue(text)) = value.kind else {
                panic!("{key} is no text: {value:?}")
            };
            (key, text)
        });
        let emails = user.emails.iter();
        Self {
            key: row.key.clone(),
            display_name: resource.display_name.clone(),
            login: user.login.clone(),
            emails: emails.map(|e| (e.address.clone(), e.is_primary)).collect(),
            status: user.status.as_ref().expect("a status").status,
            profile: texts.collect(),
            created: user.created_at.as_ref().map(|at| (at.seconds, at.nanos)),
        }
    }

    /// What should be stored for an account of the demo company.
    pub fn of(account: &Account) -> Self {
        let text = |pointer| account.text(pointer).filter(|text| !text.is_empty());
        let (id, user_name) = (text(field::ID), text(field::USER_NAME));
        let (id, user_name) = (id.expect("an id"), user_name.expect("an address"));
        let (given, family) = (text(field::GIVEN_NAME), text(field::FAMILY_NAME));
        let names: Vec<_> = [given, family].into_iter().flatten().collect();
        let profile = [
            ("user_id", Some(id)),
            ("email", Some(user_name)),
            ("first_name", given),
            ("last_name", family),
            ("member_type", text(field::MEMBER_TYPE)),
            ("external_id", text(field::EXTERNAL_ID)),
            ("last_modified", text(field::LAST_MODIFIED)),
        ];
        let created = text(field::CREATED).map(|date| {
            let date: Timestamp = date.parse().expect("a date");
            (date.as_second(), date.subsec_nanosecond())
        });
        Self {
            key: format!("user:{id}"),
            display_name: match names[..] {
                [] => user_name.to_owned(),
                _ => names.join(" "),
            },
            login: user_name.to_owned(),
            emails: vec![(user_name.to_owned(), true)],
            status: match account.get(field::ACTIVE) {
                Some(Value::Bool(true)) => ENABLED,
                Some(Value::Bool(false)) => DISABLED,
                _ => UNSPECIFIED,
            },
            profile: profile
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())))
                .collect(),
            created,
        }
    }

    pub fn called(mut self, display_name: &str) -> Self {
        self.display_name = display_name.to_owned();
        self
    }

    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.profile.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn less(mut self, keys: &[&str]) -> Self {
        self.profile.retain(|key, _| !keys.contains(&key.as_str()));
        self
    }

    pub fn with_status(self, status: i32) -> Self {
        Self { status, ..self }
    }

    pub fn created(self, created: Option<(i64, i32)>) -> Self {
        Self { created, ..self }
    }

    pub fn without_address(mut self, login: &str) -> Self {
        self.login = login.to_owned();
        self.emails.clear();
        self.with("email", login)
    }
}

pub fn stored(synced: &Synced) -> Vec<Row> {
    let rows = synced.file.resources("user");
    rows.iter().map(Row::stored).collect()
}

/// An account of the most usual shape.
pub fn usual(id: &str) -> Account {
    Account::new(id, format!("{id}@somewhere.example"))
}

/// What comes of it, spelled out.
pub fn row(id: &str) -> Row {
    let address = format!("{id}@somewhere.example");
    let profile = [
        ("user_id", id),
        ("email", &address),
        ("first_name", "Test"),
        ("last_name", "Person"),
        ("member_type", "member"),
        ("external_id", &format!("idp-{id}")),
        ("last_modified", "2025-11-20T16:44:05.9Z"),
    ];
    Row {
        key: format!("user:{id}"),
        display_name: "Test Person".to_owned(),
        login: address.clone(),
        emails: vec![(address.clone(), true)],
        status: ENABLED,
        profile: profile
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        // 2025-02-03T08:15:30.125Z
        created: Some((1_738_570_530, 125_000_000)),
    }
}

/// Syncs these accounts and compares each with what should come of it.
pub fn come_out(cases: impl IntoIterator<Item = (Account, Row)>) {
    let (accounts, rows): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let synced = Rig::new(Settings::with(accounts)).syncs(&[]);
    let stored = stored(&synced);
    for (stored, row) in stored.iter().zip(&rows) {
        assert_eq!(stored, row);
    }
    assert_eq!(stored.len(), rows.len());
    assert!(
        synced
            .transcript
            .logged("skipping unusable record")
            .is_empty()
    );
}
