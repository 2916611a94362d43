//! `validate`: whether the credentials are good.

use super::{gates, print};
use crate::cli::{SandboxFlags, Settings};
use connector_host::{
    connector::{Connector, Exports},
    egress::Operation,
    failure::{Failure, Result},
    sandbox::printable,
};
use std::sync::Arc;
use wasmtime::component::Accessor;

pub async fn run(connector: &Connector, settings: &Settings, sandbox: &SandboxFlags) -> Result<()> {
    let gate = gates(connector, settings, sandbox)?.open(Operation::Validate);
    let traffic = Arc::clone(&gate.traffic);
    let variables = settings.variables();
    let checked = connector
        .call(
            gate,
            Arc::clone(&variables),
            &sandbox.limits.limits(),
            async |instance| {
                let validating =
                    async |on: &Accessor<_>, by: &Exports| by.validate.call_validate(on).await;
                instance.run(validating).await
            },
        )
        .await;
    let name = &connector.description.display_name;
    match checked {
        Ok(Ok(checked)) => {
            let checked: String = variables.redact(&checked).chars().map(printable).collect();
            print(&format!("{name}: {checked}\n"))
        }
        Ok(Err(error)) => {
            let failure = Failure::from(error).context(format!("{name} cannot be used"));
            Err(traffic.explain(failure).redacted(&variables))
        }
        Err(failure) => Err(failure),
    }
}
