//! Flags of service mode. Their doc comments are the help.

use super::settings;
use clap::{Args, ValueEnum, builder::BoolishValueParser, value_parser};
use connector_host::{
    failure::{Failure, Kind, Result},
    service::{Account, ClientSecret, host_id, read_authorities},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// Running as a service.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Service mode (tasks from ConductorOne instead of a single one)")]
pub struct ServiceFlags {
    /// The client id that ConductorOne shows (<name>@<host>/<suffix>); asks for service mode
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The client secret that ConductorOne shows beside it
    #[arg(long, value_name = "SECRET", value_parser = secret)]
    pub client_secret: Option<SecretString>,
    /// A file that holds it, in place of --client-secret
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Let ConductorOne grant, revoke and create accounts; actions need no leave
    #[arg(long, short, value_parser = BoolishValueParser::new())]
    pub provisioning: bool,
    /// How many tasks are worked on at once
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = value_parser!(u16).range(1..=100))]
    pub task_concurrency: u16,
    /// How long tasks may go on after SIGTERM before they are handed back
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = value_parser!(u64).range(0..=3600))]
    pub shutdown_grace: u64,
    /// What tells this process from others with the same client id; the machine's name if not given
    #[arg(long, value_name = "ID")]
    pub host_id: Option<String>,
    /// Upload empty syncs: ConductorOne is to know nothing from here
    #[arg(long, hide = true, value_parser = BoolishValueParser::new())]
    pub skip_full_sync: bool,
    /// Where ConductorOne is, if not where the client id says: host[:port]
    #[arg(long, value_name = "HOST", hide = true)]
    pub c1_api_host: Option<String>,
    /// Answer probes: /health, /ready, /live and /metrics
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub health_check: bool,
    /// The port on which they are answered
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub health_check_port: u16,
    /// The address on which they are answered; 0.0.0.0 for Kubernetes' own HTTP probes
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub health_check_bind_address: IpAddr,
}

impl ServiceFlags {
    /// Who calls ConductorOne.
    ///
    /// # Errors
    ///
    /// When a part of the credentials is missing or malformed.
    pub fn account(&self, secret: &SecretString, ca_file: Option<&Path>) -> Result<Account> {
        let wrong = |error| {
            Failure::of(Kind::InvalidArgument, error)
                .context("cannot run as ConductorOne's service")
                .hint(
                    "Copy both values again from ConductorOne: Connectors, Settings, Edit, Rotate.",
                )
        };
        Ok(Account {
            id: self
                .client_id
                .as_deref()
                .unwrap_or_default()
                .parse()
                .map_err(wrong)?,
            secret: ClientSecret::parse(secret.expose_secret()).map_err(wrong)?,
            authority: self.c1_api_host.clone().filter(|host| !host.is_empty()),
            host_id: host_id(self.host_id.clone()),
            authorities: ca_file.map(read_authorities).transpose()?,
        })
    }

    /// The client secret itself.
    ///
    /// # Errors
    ///
    /// When it is missing, given twice, or cannot be read.
    pub fn secret(&self) -> Result<SecretString> {
        match (&self.client_secret, &self.client_secret_file) {
            (Some(secret), None) => Ok(secret.clone()),
            (None, Some(file)) => settings::read_secret(file).map(SecretString::from),
            (Some(_), Some(_)) => Err(Failure::new(
                Kind::InvalidArgument,
                "both client-secret and client-secret-file are given",
            )
            .hint("Give one of them.")),
            (None, None) => Err(Failure::new(
                Kind::InvalidArgument,
                "client-secret is required in service mode",
            )
            .hint("Set BATON_CLIENT_SECRET, or --client-secret-file, beside the client id.")
            .hint("Unset BATON_CLIENT_ID to sync into a file instead.")),
        }
    }

    /// Where probes are answered, if they are.
    pub fn probes(&self) -> Option<SocketAddr> {
        let address = SocketAddr::new(self.health_check_bind_address, self.health_check_port);
        self.health_check.then_some(address)
    }

    /// How long tasks may go on.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a parser")]
fn secret(text: &str) -> std::result::Result<SecretString, Infallible> {
    Ok(text.into())
}

/// Asking a running service how it is.
#[derive(Debug, Clone, Args)]
pub struct HealthCheckFlags {
    /// What to ask: live (it runs), ready (ConductorOne knows it), health (its credentials are good)
    #[arg(long, value_name = "ENDPOINT", default_value = "health")]
    pub endpoint: Endpoint,
    /// How long the answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = value_parser!(u64).range(1..=300))]
    pub timeout: u64,
    /// The port on which the service answers
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub health_check_port: u16,
    /// The address on which it answers
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub health_check_bind_address: IpAddr,
}

/// What to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Endpoint {
    Health,
    Ready,
    Live,
}
