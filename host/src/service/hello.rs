//! What a connector says of itself and of the machine it runs on.

use crate::{
    baton::service::{
        BatonServiceHelloRequest,
        baton_service_hello_request::{BuildInfo, OsInfo},
    },
    connector::Connector,
    metadata::metadata,
};
use sysinfo::System;

/// Characters of a text.
const TEXT: usize = 256;

/// A hello that answers the task with this id; with none at the start.
pub(super) fn hello(connector: &Connector, task: &str) -> BatonServiceHelloRequest {
    let description = &connector.description;
    BatonServiceHelloRequest {
        // The client fills it in.
        host_id: String::new(),
        task_id: task.to_owned(),
        build_info: Some(BuildInfo {
            lang_version: format!("connector-host {}", env!("CARGO_PKG_VERSION")),
            package: short(&format!("baton-{}", description.name)),
            package_version: short(&description.version),
        }),
        os_info: Some(os()),
        connector_metadata: Some(metadata(connector)),
        annotations: Vec::new(),
    }
}

/// The service refuses texts that are empty. In a container there may be no file that names the
/// distribution; the system's name stands in for it then.
fn os() -> OsInfo {
    let or = |text: Option<String>, other: &str| match text.filter(|text| !text.is_empty()) {
        Some(text) => short(&text),
        None => other.to_owned(),
    };
    let kernel_version = or(System::kernel_version().ok(), "unknown");
    let platform = or(Some(System::distribution_id()), std::env::consts::OS);
    let family = System::distribution_id_like().into_iter().next();
    OsInfo {
        hostname: or(System::host_name().ok(), "unknown"),
        os: std::env::consts::OS.to_owned(),
        platform_family: or(family, &platform),
        platform_version: or(System::os_version().ok(), &kernel_version),
        platform,
        kernel_version,
        kernel_arch: or(Some(System::cpu_arch()), std::env::consts::ARCH),
        virtualization_system: "none".to_owned(),
    }
}

/// What tells this process from others, where the operator does not say: the machine's name, which
/// is the pod's in Kubernetes.
pub fn host_id(given: Option<String>) -> String {
    let given = given.filter(|id| !id.is_empty());
    let found = given.or_else(|| System::host_name().ok());
    let found = found.filter(|id| !id.is_empty());
    short(&found.unwrap_or_else(|| "connector-host".to_owned()))
}

fn short(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_of_the_machine_is_empty() {
        let os = os();
        for text in [
            os.hostname,
            os.os,
            os.platform,
            os.platform_version,
            os.platform_family,
            os.kernel_version,
            os.kernel_arch,
            os.virtualization_system,
        ] {
            assert!(!text.is_empty() && text.chars().count() <= TEXT, "{text:?}");
        }
    }

    #[test]
    fn a_host_id_is_what_is_given_or_the_machines_name() {
        assert_eq!(host_id(Some("pod-1".to_owned())), "pod-1");
        assert_eq!(host_id(Some("x".repeat(300))).len(), TEXT);
        assert_eq!(host_id(Some(String::new())), host_id(None));
        assert!(!host_id(None).is_empty());
    }
}
