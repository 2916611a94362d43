//! The host's own flags. Their doc comments are the help.

use super::{bid, limit_flags::LimitFlags};
use clap::{Args, ValueEnum, builder::BoolishValueParser};
use connector_host::{
    c1z::{self, Extent},
    connector::Digest,
    contract::types::ResourceId,
    egress::{Operation, Origin, Retries, rule},
    failure::{Failure, Kind},
    sync::Tolerance,
};
use http::Method;
use rustix::fs::{Access, access};
use std::path::{Path, PathBuf};
use url::Url;

/// What is logged, and how. Logs go to standard error.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logging")]
pub struct LogFlags {
    /// The least level that is logged: debug, info, warn or error
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = ["debug", "info", "warn", "error"])]
    pub log_level: String,
    /// json or console; console on a terminal, json elsewhere
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl LogFlags {
    /// For commands whose output is read right away.
    pub fn for_people() -> Self {
        Self {
            log_level: "info".to_owned(),
            log_format: Some(LogFormat::Console),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Console,
}

/// How a sync goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sync")]
pub struct SyncFlags {
    /// The .c1z file to write, or to look ids up in
    #[arg(long, short, value_name = "FILE", default_value = "sync.c1z")]
    pub file: PathBuf,
    /// Sync only these resources (bid:r:<type>/<id>) and what their grants are about, best into a
    /// file of its own
    #[arg(long, value_name = "RESOURCE", value_delimiter = ',', value_parser = bid::resource)]
    pub sync_resources: Vec<ResourceId>,
    /// Sync only these resource types, into a file that does not hold others
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub sync_resource_types: Vec<String>,
    /// Sync resource types and resources only
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub skip_entitlements_and_grants: bool,
    /// Sync the resources of --sync-resources without grants
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub skip_grants: bool,
    /// Refuse to write if there are more than PERCENT fewer resources of a type, or grants on it,
    /// than in the file's last sync (of at least 100)
    #[arg(long, value_name = "PERCENT", default_value_t = Tolerance::default().drop, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub max_drop: u8,
    /// Refuse to write if more than PERCENT of the records of a type are unusable
    #[arg(long, value_name = "PERCENT", default_value_t = Tolerance::default().unusable, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub max_unusable: u8,
    /// Where the database is built before it is compressed; BATON_TMPDIR, the system's directory
    /// for temporary files, or, where that cannot be written to, the current one, if not given
    #[arg(long, value_name = "DIRECTORY")]
    pub c1z_temp_dir: Option<PathBuf>,
    /// Accepted for compatibility: sqlite is what is written
    #[arg(long, hide = true, value_parser = ["", "sqlite"])]
    pub storage_engine: Option<String>,
}

impl SyncFlags {
    /// What Baton asks of these flags, in the words in which its users know it.
    pub fn check(&self) -> connector_host::failure::Result<()> {
        match self.skip_grants && self.sync_resources.is_empty() {
            true => Err(Failure::new(
                Kind::Other,
                "skip-grants can only be set within a targeted sync",
            )
            .hint("Name the resources to sync with --sync-resources, or leave --skip-grants out.")),
            false => Ok(()),
        }
    }

    pub fn tolerance(&self) -> Tolerance {
        Tolerance {
            drop: self.max_drop,
            unusable: self.max_unusable,
        }
    }

    pub fn file_options(&self) -> c1z::Options {
        let from_environment = || std::env::var_os("BATON_TMPDIR").map(PathBuf::from);
        c1z::Options {
            extent: match (self.skip_entitlements_and_grants, self.skip_grants) {
                (true, _) => Extent::ResourcesOnly,
                (false, true) => Extent::NoGrants,
                (false, false) => Extent::Full,
            },
            temp_dir: self
                .c1z_temp_dir
                .clone()
                .or_else(from_environment)
                .or_else(instead_of_the_systems),
            ..c1z::Options::default()
        }
    }
}

/// The current directory, where the system's directory for temporary files cannot be written to:
/// containers with a read-only root often have one writable directory, and work in it.
fn instead_of_the_systems() -> Option<PathBuf> {
    let writable = |path: &Path| access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    let here = std::env::current_dir().ok()?;
    (!writable(&std::env::temp_dir()) && writable(&here)).then_some(here)
}

/// Which component may be run.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct PinFlags {
    /// Run the component only if this is its digest (sha256:<64 hexadecimal digits>, see inspect)
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<Digest>,
}

/// What the operator says of the connector's requests.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct PolicyFlags {
    /// Let pass more, or less, than the connector declares, as this file says (TOML, see the README)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Let declared requests to this origin (https://host[:port]) reach addresses that are not
    /// public, such as loopback or private ones (can be repeated)
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_outbound: Vec<Origin>,
}

/// What the connector may use and reach.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct SandboxFlags {
    #[command(flatten)]
    pub policy: PolicyFlags,
    /// How long an attempt of a request may take, up to the last byte of the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=1800))]
    pub http_timeout_seconds: u64,
    /// How often a request is tried again after 429, 502, 503, 504 or a failed connection, and a
    /// page of a listing after it has broken off or the service has failed otherwise
    #[arg(long, value_name = "TIMES", default_value_t = Retries::default().times as u64, value_parser = clap::value_parser!(u64).range(0..=20))]
    pub retries: u64,
    /// Trust the certificate authorities in this file (PEM), too
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Append a line of JSON for each request that the connector tries to send, allowed or refused
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
    #[command(flatten)]
    pub limits: LimitFlags,
}

impl SandboxFlags {
    pub fn retries(&self) -> Retries {
        Retries {
            times: usize::try_from(self.retries).unwrap_or(usize::MAX),
            ..Retries::default()
        }
    }
}

/// What is shown of a component.
#[derive(Debug, Clone, Args)]
pub struct InspectFlags {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print only what may be sent: what the connector declares, with the settings that are known
    /// filled in, and what FILE, or the file that BATON_POLICY names, makes of it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<Option<PathBuf>>,
    /// And in what that differs from what COMPONENT, an older version, declares
    #[arg(long, value_name = "COMPONENT", requires = "policy")]
    pub against: Option<PathBuf>,
    /// End with exit code 9 if more may be sent than by the older version
    #[arg(long, requires = "against")]
    pub fail_on_more: bool,
}

/// A request that is asked about. Its parts have ids that no setting can have.
#[derive(Debug, Clone, Args)]
pub struct ExplainFlags {
    /// The request's method, such as GET
    #[arg(id = "METHOD", value_parser = declarable)]
    pub method: Method,
    /// Its URL, without placeholders
    #[arg(id = "URL")]
    pub url: Url,
    /// Only during this operation: validate, sync, get-resource, grant, revoke, create-account or
    /// invoke-action
    #[arg(long, value_name = "OPERATION")]
    pub during: Option<Operation>,
}

fn declarable(method: &str) -> Result<Method, String> {
    rule::method(method).ok_or_else(|| {
        "no connector can send that; methods are in capitals, such as GET".to_owned()
    })
}

/// A single change instead of a sync.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Change access (one change instead of a sync)")]
pub struct ChangeFlags {
    /// Grant the entitlement with this id
    #[arg(long, value_name = "ENTITLEMENT", allow_hyphen_values = true)]
    pub grant_entitlement: Option<String>,
    /// Id of the resource that it is granted to
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub grant_principal: Option<String>,
    /// Type of that resource
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true)]
    pub grant_principal_type: Option<String>,
    /// Revoke the grant with this id
    #[arg(long, value_name = "GRANT", allow_hyphen_values = true)]
    pub revoke_grant: Option<String>,
    /// Create an account with this login
    #[arg(long, value_name = "LOGIN", allow_hyphen_values = true)]
    pub create_account_login: Option<String>,
    /// Create an account with this e-mail address
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    pub create_account_email: Option<String>,
    /// Create an account with these values for the connector's form (see inspect)
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub create_account_profile: Option<String>,
    /// Type of the account, if the connector's form is not for it anyway
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true, hide = true)]
    pub create_account_resource_type: Option<String>,
    /// Carry out this action of the connector (see inspect)
    #[arg(long, value_name = "ACTION", allow_hyphen_values = true)]
    pub invoke_action: Option<String>,
    /// Its arguments
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub invoke_action_args: Option<String>,
    /// Type of the resource that it acts on
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true, hide = true)]
    pub invoke_action_resource_type: Option<String>,
    /// Log which actions there are
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub list_action_schemas: bool,
    /// Only those that act on resources of this type
    #[arg(long, value_name = "TYPE", allow_hyphen_values = true, hide = true)]
    pub list_action_schemas_resource_type: Option<String>,
    /// Read, but hold back what would change something, and show it instead
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// Append a line of JSON for each change: the state before, what was sent, what came of it
    #[arg(long, value_name = "FILE")]
    pub receipts: Option<PathBuf>,
}

/// Tasks of Baton's that this host does not know. They are refused rather than taken for a sync,
/// also where the environment asks for them.
#[derive(Debug, Clone, Default, Args)]
pub struct ForeignFlags {
    #[arg(long, hide = true)]
    pub event_feed: Option<String>,
    #[arg(long, hide = true)]
    pub delete_resource: Option<String>,
    #[arg(long, hide = true)]
    pub delete_resource_type: Option<String>,
    #[arg(long, hide = true)]
    pub rotate_credentials: Option<String>,
    #[arg(long, hide = true)]
    pub rotate_credentials_type: Option<String>,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub create_ticket: bool,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub bulk_create_ticket: bool,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub list_ticket_schemas: bool,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub get_ticket: bool,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub diff_syncs: bool,
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub compact_syncs: bool,
}
