//! What a pod may do on its machine and in its cluster: as little as the Pod Security Standard
//! "restricted" asks for, and less.

use crate::manifests::{container, deployment, pods, service_pod, sync_pod};
use k8s_openapi::api::core::v1::{Container, SecurityContext, Volume};

fn security(container: &Container) -> &SecurityContext {
    container.security_context.as_ref().expect("a context")
}

#[test]
fn pods_do_not_run_as_root() {
    for (what, pod) in pods() {
        let context = pod.security_context.expect("a context");
        assert_eq!(context.run_as_non_root, Some(true), "{what}");
        for id in [context.run_as_user, context.run_as_group, context.fs_group] {
            assert_eq!(id, Some(65532), "{what}");
        }
        for container in &pod.containers {
            let security = security(container);
            assert_eq!(security.run_as_user, None, "{what}");
            assert_eq!(security.run_as_non_root, None, "{what}");
        }
    }
}

#[test]
fn pods_gain_no_privileges() {
    for (what, pod) in pods() {
        let context = pod.security_context.clone().expect("a context");
        let profile = context.seccomp_profile.expect("a profile");
        assert_eq!(profile.type_, "RuntimeDefault", "{what}");
        let container = container(pod);
        let security = security(&container);
        assert_eq!(security.allow_privilege_escalation, Some(false), "{what}");
        assert_eq!(security.privileged, Some(false), "{what}");
        let capabilities = security.capabilities.clone().expect("capabilities");
        assert_eq!(capabilities.drop, Some(vec!["ALL".to_owned()]), "{what}");
        assert_eq!(capabilities.add, None, "{what}");
    }
}

#[test]
fn pods_see_nothing_of_their_machine() {
    for (what, pod) in pods() {
        assert_eq!(pod.host_network, None, "{what}");
        assert_eq!(pod.host_pid, None, "{what}");
        assert_eq!(pod.host_ipc, None, "{what}");
        for volume in pod.volumes.unwrap_or_default() {
            let known = Volume {
                name: volume.name.clone(),
                empty_dir: volume.empty_dir.clone(),
                persistent_volume_claim: volume.persistent_volume_claim.clone(),
                ..Volume::default()
            };
            assert_eq!(volume, known, "{what}");
        }
    }
}

#[test]
fn the_root_file_system_is_read_only() {
    for (what, pod) in pods() {
        let container = container(pod);
        let read_only = security(&container).read_only_root_filesystem;
        assert_eq!(read_only, Some(true), "{what}");
    }
}

#[test]
fn pods_have_no_token_for_the_cluster() {
    for (what, pod) in pods() {
        assert_eq!(pod.automount_service_account_token, Some(false), "{what}");
        assert_eq!(pod.service_account_name, None, "{what}");
    }
}

#[test]
fn services_of_the_cluster_set_no_variables() {
    for (what, pod) in pods() {
        assert_eq!(pod.enable_service_links, Some(false), "{what}");
    }
}

#[test]
fn memory_and_temporary_files_are_bounded() {
    for (what, pod) in pods() {
        for volume in pod.volumes.iter().flatten() {
            if let Some(directory) = &volume.empty_dir {
                assert!(directory.size_limit.is_some(), "{what}");
            }
        }
        let resources = container(pod).resources.expect("resources");
        assert!(
            resources.limits.expect("limits").contains_key("memory"),
            "{what}"
        );
        assert!(
            resources.requests.expect("requests").contains_key("memory"),
            "{what}"
        );
    }
}

#[test]
fn temporary_files_can_be_written_although_the_root_cannot() {
    for pod in [service_pod(), sync_pod()] {
        let volumes = pod.volumes.clone().unwrap_or_default();
        let mounts = container(pod).volume_mounts.unwrap_or_default();
        let tmp = mounts.iter().find(|mount| mount.mount_path == "/tmp");
        let tmp = tmp.expect("a mount");
        assert_eq!(tmp.read_only, None);
        let volume = volumes.iter().find(|volume| volume.name == tmp.name);
        assert!(volume.expect("a volume").empty_dir.is_some());
    }
}

#[test]
fn a_new_pod_is_ready_before_the_old_one_goes() {
    let strategy = deployment().spec.expect("a spec").strategy;
    let rolling = strategy.expect("a strategy").rolling_update;
    let rolling = rolling.expect("a rolling update");
    let number = |number| serde_json::to_value(number).expect("JSON");
    assert_eq!(number(rolling.max_unavailable), 0);
    assert_eq!(number(rolling.max_surge), 1);
}

#[test]
fn replicas_are_told_apart_by_the_names_of_their_pods() {
    let container = container(service_pod());
    let mut variables = container.env.expect("variables").into_iter();
    let id = variables.find(|variable| variable.name == "BATON_HOST_ID");
    let source = id.expect("a host id").value_from.expect("a source");
    assert_eq!(
        source.field_ref.expect("a field").field_path,
        "metadata.name"
    );
}

#[test]
fn the_deployment_takes_no_pod_of_the_others_for_its_own() {
    let spec = deployment().spec.expect("a spec");
    let selector = spec.selector.match_labels.expect("labels");
    let own = spec.template.metadata.expect("metadata").labels;
    let own = own.expect("labels");
    assert!(
        selector
            .iter()
            .all(|label| own.get(label.0) == Some(label.1))
    );
    let job = crate::manifests::cron_job()
        .spec
        .expect("a spec")
        .job_template;
    let template = job.spec.expect("a job").template;
    let other = template.metadata.expect("metadata").labels.expect("labels");
    assert!(
        selector
            .iter()
            .any(|label| other.get(label.0) != Some(label.1))
    );
}
