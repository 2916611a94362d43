//! Which task the flags ask for. The rules and their order are Baton's.

use super::flags::{ChangeFlags, ForeignFlags};
use connector_host::failure::{Failure, Kind, Result};

/// What a run is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Sync,
    /// Whatever ConductorOne asks for.
    Serve,
    Grant {
        entitlement: String,
        principal: String,
        principal_type: Option<String>,
    },
    Revoke {
        grant: String,
    },
    CreateAccount {
        login: Option<String>,
        email: Option<String>,
        profile: Option<String>,
        resource_type: Option<String>,
    },
    InvokeAction {
        name: String,
        arguments: String,
        resource_type: Option<String>,
    },
    ListActions {
        resource_type: Option<String>,
    },
}

/// Sets of flags of which no two go together.
const EXCLUSIVE: [&[&str]; 2] = [
    &[
        "grant-entitlement",
        "revoke-grant",
        "create-account-login",
        "delete-resource",
        "rotate-credentials",
        "event-feed",
        "create-ticket",
        "get-ticket",
        "list-ticket-schemas",
        "bulk-create-ticket",
    ],
    &[
        "grant-entitlement",
        "revoke-grant",
        "create-account-email",
        "delete-resource-type",
        "rotate-credentials-type",
        "event-feed",
        "diff-syncs",
        "compact-syncs",
        "list-ticket-schemas",
    ],
];

/// The order in which tasks are looked for, as far as this host knows them; the first one counts.
/// An e-mail address alone creates an account here, which Baton documents but does not do.
const ORDER: [&str; 7] = [
    "grant-entitlement",
    "revoke-grant",
    "create-account-profile",
    "create-account-login",
    "create-account-email",
    "invoke-action",
    "list-action-schemas",
];

impl Task {
    /// The first task that is asked for, or a sync.
    ///
    /// # Errors
    ///
    /// When flags do not go together, a value is empty, or the task is not one of this host's.
    pub fn new(flags: &ChangeFlags, foreign: &ForeignFlags) -> Result<Self> {
        let given = given(flags, foreign);
        let is_given = |name: &str| given.contains(&name);
        check(&given)?;
        if let Some(foreign) = foreign_task(&given) {
            return Err(Failure::new(
                Kind::Unimplemented,
                format!("--{foreign} asks for something that this host does not do"),
            )
            .hint("Nothing has been done; unset it to sync."));
        }
        let mut tasks = ORDER.iter().filter(|name| is_given(name));
        let Some(first) = tasks.next() else {
            // Whoever sets it does not want anything to be written.
            return match flags.dry_run {
                true => Err(Failure::new(
                    Kind::Other,
                    "--dry-run goes with a change of access, and none is asked for",
                )
                .hint("A sync changes nothing but its file; see run --help for the changes.")),
                false => Ok(Self::Sync),
            };
        };
        let creates = |name: &str| name.starts_with("create-account-");
        for ignored in tasks.filter(|name| !(creates(name) && creates(first))) {
            tracing::warn!("--{ignored} is ignored: one task at a time, and --{first} comes first");
        }
        let of = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let empty = |name: &str| Failure::new(Kind::InvalidArgument, format!("--{name} is empty"));
        let needed = |name: &str, value: &Option<String>| of(value).ok_or_else(|| empty(name));
        Ok(match *first {
            "grant-entitlement" => Self::Grant {
                entitlement: needed(first, &flags.grant_entitlement)?,
                principal: needed("grant-principal", &flags.grant_principal)?,
                principal_type: of(&flags.grant_principal_type),
            },
            "revoke-grant" => Self::Revoke {
                grant: needed(first, &flags.revoke_grant)?,
            },
            "invoke-action" => Self::InvokeAction {
                name: needed(first, &flags.invoke_action)?,
                arguments: flags.invoke_action_args.clone().unwrap_or_default(),
                resource_type: of(&flags.invoke_action_resource_type),
            },
            "list-action-schemas" => Self::ListActions {
                resource_type: of(&flags.list_action_schemas_resource_type),
            },
            _ if [
                &flags.create_account_login,
                &flags.create_account_email,
                &flags.create_account_profile,
            ]
            .into_iter()
            .all(|value| of(value).is_none()) =>
            {
                return Err(empty(first));
            }
            _ => Self::CreateAccount {
                login: of(&flags.create_account_login),
                email: of(&flags.create_account_email),
                profile: of(&flags.create_account_profile),
                resource_type: of(&flags.create_account_resource_type),
            },
        })
    }
}

fn given(flags: &ChangeFlags, foreign: &ForeignFlags) -> Vec<&'static str> {
    let all = [
        ("grant-entitlement", flags.grant_entitlement.is_some()),
        ("grant-principal", flags.grant_principal.is_some()),
        ("revoke-grant", flags.revoke_grant.is_some()),
        ("create-account-login", flags.create_account_login.is_some()),
        ("create-account-email", flags.create_account_email.is_some()),
        (
            "create-account-profile",
            flags.create_account_profile.is_some(),
        ),
        ("invoke-action", flags.invoke_action.is_some()),
        ("list-action-schemas", flags.list_action_schemas),
        ("event-feed", foreign.event_feed.is_some()),
        ("delete-resource", foreign.delete_resource.is_some()),
        (
            "delete-resource-type",
            foreign.delete_resource_type.is_some(),
        ),
        ("rotate-credentials", foreign.rotate_credentials.is_some()),
        (
            "rotate-credentials-type",
            foreign.rotate_credentials_type.is_some(),
        ),
        ("create-ticket", foreign.create_ticket),
        ("bulk-create-ticket", foreign.bulk_create_ticket),
        ("list-ticket-schemas", foreign.list_ticket_schemas),
        ("get-ticket", foreign.get_ticket),
        ("diff-syncs", foreign.diff_syncs),
        ("compact-syncs", foreign.compact_syncs),
    ];
    let given = all.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(name, _)| name).collect()
}

/// Baton's rules, in the words in which its users know them.
fn check(given: &[&str]) -> Result<()> {
    let together = ["grant-entitlement", "grant-principal"];
    let missing: Vec<_> = together
        .iter()
        .filter(|name| !given.contains(name))
        .collect();
    if missing.len() == 1 {
        return Err(Failure::new(
            Kind::Other,
            format!(
                "if any flags in the group [{}] are set they must all be set; missing [{}]",
                together.join(" "),
                missing[0]
            ),
        ));
    }
    for group in EXCLUSIVE {
        let mut set: Vec<_> = group
            .iter()
            .filter(|name| given.contains(name))
            .copied()
            .collect();
        if set.len() > 1 {
            set.sort_unstable();
            return Err(Failure::new(
                Kind::Other,
                format!(
                    "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
                    group.join(" "),
                    set.join(" ")
                ),
            ));
        }
    }
    Ok(())
}

/// A task that is asked for and none of [`ORDER`].
fn foreign_task<'a>(given: &[&'a str]) -> Option<&'a str> {
    let known = |name: &str| ORDER.contains(&name) || name == "grant-principal";
    given.iter().copied().find(|name| !known(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn task(flags: ChangeFlags) -> Result<Task> {
        Task::new(&flags, &ForeignFlags::default())
    }

    #[test]
    fn without_any_of_these_flags_it_is_a_sync() {
        let flags = ChangeFlags {
            invoke_action_args: some("{}"),
            ..ChangeFlags::default()
        };
        assert_eq!(task(flags).unwrap(), Task::Sync);
    }

    #[test]
    fn there_is_no_dry_run_of_a_sync() {
        let flags = ChangeFlags {
            dry_run: true,
            ..ChangeFlags::default()
        };
        assert_eq!(task(flags).unwrap_err().kind, Kind::Other);
    }

    #[test]
    fn an_e_mail_address_alone_creates_an_account() {
        let flags = ChangeFlags {
            create_account_email: some("ada@example.com"),
            ..ChangeFlags::default()
        };
        assert!(matches!(
            task(flags),
            Ok(Task::CreateAccount { login: None, .. })
        ));
    }

    #[test]
    fn the_first_task_counts_where_several_may_be_given() {
        let flags = ChangeFlags {
            create_account_login: some("ada"),
            invoke_action: some("enable_user"),
            list_action_schemas: true,
            ..ChangeFlags::default()
        };
        assert!(matches!(task(flags), Ok(Task::CreateAccount { .. })));
    }

    #[test]
    fn flags_that_do_not_go_together_are_refused_in_batons_words() {
        let alone = ChangeFlags {
            grant_entitlement: some("e"),
            ..ChangeFlags::default()
        };
        let failure = task(alone).unwrap_err().to_string();
        assert!(failure.ends_with("missing [grant-principal]"), "{failure}");
        let both = ChangeFlags {
            grant_entitlement: some("e"),
            grant_principal: some("p"),
            revoke_grant: some("g"),
            ..ChangeFlags::default()
        };
        let failure = task(both).unwrap_err().to_string();
        assert!(
            failure.ends_with("[grant-entitlement revoke-grant] were all set"),
            "{failure}"
        );
    }

    #[test]
    fn a_task_of_batons_that_is_not_known_here_is_no_sync() {
        let foreign = ForeignFlags {
            delete_resource: some("u-1"),
            ..ForeignFlags::default()
        };
        let failure = Task::new(&ChangeFlags::default(), &foreign).unwrap_err();
        assert_eq!(failure.kind, Kind::Unimplemented);
        assert!(failure.to_string().contains("--delete-resource"));
    }

    #[test]
    fn an_empty_id_is_none() {
        let flags = ChangeFlags {
            revoke_grant: some(""),
            ..ChangeFlags::default()
        };
        assert_eq!(task(flags).unwrap_err().kind, Kind::InvalidArgument);
    }
}
