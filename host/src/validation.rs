//! Whether a connector's configuration and credentials are good.

use crate::{
    connector::{Connector, Exports},
    egress::Gate,
    failure::{Failure, Result},
    sandbox::{Limits, Variables, printable},
};
use std::sync::Arc;
use wasmtime::component::Accessor;

/// Characters of what it says.
const SENTENCE: usize = 2000;

/// Lets the connector sign in and read something. Answers with its sentence on what it has checked.
///
/// # Errors
///
/// What the connector says is wrong, or that it has crashed.
pub async fn run(
    connector: &Connector,
    gate: Gate,
    variables: Arc<Variables>,
    limits: &Limits,
) -> Result<String> {
    let traffic = Arc::clone(&gate.traffic);
    let name = &connector.description.display_name;
    let checked = connector
        .call(gate, Arc::clone(&variables), limits, async |instance| {
            let validating =
                async |on: &Accessor<_>, by: &Exports| by.validate.call_validate(on).await;
            instance.run(validating).await
        })
        .await?;
    match checked {
        Ok(checked) => {
            let checked = variables.redact(&checked);
            let shown = checked.chars().map(printable).take(SENTENCE);
            Ok(shown.collect())
        }
        Err(error) => {
            let failure = Failure::from(error).context(format!("{name} cannot be used"));
            Err(traffic.explain(failure).redacted(&variables))
        }
    }
}
