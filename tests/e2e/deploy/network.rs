//! Who a pod can talk to, where the cluster enforces policies.

use crate::manifests::{cron_job, deployment, read};
use k8s_openapi::{
    api::networking::v1::{NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use std::{collections::BTreeMap, net::IpAddr};

fn policy() -> NetworkPolicySpec {
    read::<NetworkPolicy>("networkpolicy.yaml")
        .spec
        .expect("a spec")
}

fn metrics_policy() -> NetworkPolicySpec {
    read::<NetworkPolicy>("metrics-networkpolicy.yaml")
        .spec
        .expect("a spec")
}

/// Whether an address is in a block, such as `10.0.0.0/8`.
fn is_in(address: IpAddr, block: &str) -> bool {
    let (network, length) = block.split_once('/').expect("a length");
    let network: IpAddr = network.parse().expect("an address");
    let length: u32 = length.parse().expect("a number");
    let bits = |address| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let ((address, width), (network, other)) = (bits(address), bits(network));
    let differs = (address ^ network).checked_shr(128 - length).unwrap_or(0);
    width == other && differs == 0
}

/// Whether an address outside the cluster is meant.
fn means(peer: &NetworkPolicyPeer, address: IpAddr) -> bool {
    peer.ip_block.as_ref().is_some_and(|block| {
        let mut except = block.except.iter().flatten();
        is_in(address, &block.cidr) && !except.any(|block| is_in(address, block))
    })
}

fn port(port: &NetworkPolicyPort) -> (&str, i32) {
    assert_eq!(port.end_port, None);
    match &port.port {
        Some(IntOrString::Int(number)) => (port.protocol.as_deref().unwrap_or("TCP"), *number),
        other => panic!("not a number: {other:?}"),
    }
}

/// Ports of an address that a pod may call.
fn ports(address: &str) -> Vec<(String, i32)> {
    let address: IpAddr = address.parse().expect("an address");
    let egress = policy().egress.expect("rules");
    let open = egress.iter().filter(|rule| {
        let peers = rule.to.as_ref().expect("not everybody");
        peers.iter().any(|peer| means(peer, address))
    });
    open.flat_map(|rule| rule.ports.as_ref().expect("not all ports"))
        .map(|open| (port(open).0.to_owned(), port(open).1))
        .collect()
}

#[test]
fn nobody_calls_a_pod() {
    let policy = policy();
    let types = policy.policy_types.expect("types");
    assert!(types.contains(&"Ingress".to_owned()));
    assert_eq!(policy.ingress.unwrap_or_default(), []);
}

#[test]
fn all_ways_out_are_names_and_https() {
    let policy = policy();
    let types = policy.policy_types.expect("types");
    assert!(types.contains(&"Egress".to_owned()));
    for rule in policy.egress.expect("rules") {
        assert!(!rule.to.expect("peers").is_empty());
        for open in rule.ports.expect("ports") {
            let open = port(&open);
            assert!(
                [("UDP", 53), ("TCP", 53), ("TCP", 443)].contains(&open),
                "{open:?}"
            );
        }
    }
}

#[test]
fn public_addresses_are_called_by_https_only() {
    for address in [
        "93.184.215.14",
        "172.15.0.1",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    ] {
        assert_eq!(ports(address), [("TCP".to_owned(), 443)], "{address}");
    }
}

#[test]
fn addresses_inside_are_not_called() {
    for address in [
        "10.96.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "fd00:ec2::254",
        "fe80::1",
    ] {
        assert_eq!(ports(address), [], "{address}");
    }
}

#[test]
fn names_are_asked_for_in_the_cluster_only() {
    let mut rules = policy().egress.expect("rules");
    rules.retain(|rule| rule.ports.iter().flatten().any(|open| port(open).1 == 53));
    assert_eq!(rules.len(), 1);
    for peer in rules.remove(0).to.expect("peers") {
        let namespace = peer.namespace_selector.and_then(|it| it.match_labels);
        let namespace = namespace.and_then(|labels| labels.into_values().next());
        let local = peer
            .ip_block
            .is_some_and(|it| it.cidr == "169.254.20.10/32");
        assert!(local || namespace.as_deref() == Some("kube-system"));
    }
}

#[test]
fn the_policy_is_about_the_pods_that_there_are() {
    let deployment = deployment().spec.expect("a spec").template;
    let job = cron_job().spec.expect("a spec").job_template.spec;
    let job = job.expect("a job").template;
    let labels = |template: k8s_openapi::api::core::v1::PodTemplateSpec| {
        template.metadata.expect("metadata").labels.expect("labels")
    };
    let (deployment, job) = (labels(deployment), labels(job));
    let chosen = |policy: NetworkPolicySpec, labels: &BTreeMap<String, String>| {
        let selector = policy.pod_selector.expect("a selector");
        let wanted = selector.match_labels.expect("labels");
        wanted
            .iter()
            .all(|(name, value)| labels.get(name) == Some(value))
    };
    assert!(chosen(policy(), &deployment) && chosen(policy(), &job));
    assert!(chosen(metrics_policy(), &deployment) && !chosen(metrics_policy(), &job));
}

#[test]
fn with_metrics_prometheus_gets_in_at_the_port_that_is_opened_for_it() {
    let policy = metrics_policy();
    assert_eq!(policy.egress, None);
    let mut rules = policy.ingress.expect("rules");
    assert_eq!(rules.len(), 1);
    let rule = rules.remove(0);
    assert!(!rule.from.expect("peers").is_empty());
    let ports = rule.ports.expect("ports");
    let patch: k8s_openapi::api::apps::v1::Deployment = read("metrics-patch.yaml");
    let template = patch.spec.expect("a spec").template;
    let container = crate::manifests::container(template.spec.expect("a pod"));
    let opened = container.ports.expect("ports")[0].container_port;
    let annotations = template.metadata.expect("metadata").annotations;
    let scraped = annotations.expect("annotations")["prometheus.io/port"].clone();
    assert_eq!(
        ports.iter().map(port).collect::<Vec<_>>(),
        [("TCP", opened)]
    );
    assert_eq!(scraped, opened.to_string());
}
