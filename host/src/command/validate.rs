//! `validate`: whether the configuration and the credentials are good.

use super::{gates, print};
use crate::cli::{SandboxFlags, Settings};
use connector_host::{connector::Connector, egress::Operation, failure::Result, validation};

pub async fn run(connector: &Connector, settings: &Settings, sandbox: &SandboxFlags) -> Result<()> {
    let gate = gates(connector, settings, sandbox)?.open(Operation::Validate);
    let limits = sandbox.limits.limits();
    let checked = validation::run(connector, gate, settings.variables(), &limits).await?;
    print(&format!(
        "{}: {checked}\n",
        connector.description.display_name
    ))
}
