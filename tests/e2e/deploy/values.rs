//! What the texts in a manifest may say, beyond being texts, which is all that types know of them.
//!
//! Sets and forms are those of Kubernetes 1.33: the comments on the API's types (`k8s.io/api`:
//! core/v1, apps/v1, batch/v1 and networking/v1), `k8s.io/apimachinery`'s `resource.Quantity`, and
//! its validation of names and labels. There is a rule for each text: one without is a fault, so that
//! a new one is looked up.

use serde_json::Value;
use std::net::IpAddr;

/// Names each text that Kubernetes would not take.
pub fn faults(object: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk(&mut Vec::new(), object, &mut faults);
    faults
}

fn walk(path: &mut Vec<String>, value: &Value, faults: &mut Vec<String>) {
    let mut below = |name: &str, value: &Value| {
        path.push(name.to_owned());
        walk(path, value, faults);
        path.pop();
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                below(name, value);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                below("[]", element);
            }
        }
        Value::String(text) => {
            let segments: Vec<_> = path.iter().map(String::as_str).collect();
            if let Err(why) = check(&segments, text) {
                faults.push(format!(".{}: {text:?} is {why}", path.join(".")));
            }
        }
        Value::Null => faults.push(format!(".{} is empty", path.join("."))),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

fn check(path: &[&str], text: &str) -> Result<(), String> {
    match path {
        ["apiVersion" | "kind"] => Ok(()),
        // Names.
        ["metadata", "name"] | [.., "claimName"] => subdomain(text),
        [.., "secretRef" | "secretKeyRef", "name"] => subdomain(text),
        [.., "env", "[]", "name"] => is(variable(text), "no name of a variable"),
        [
            ..,
            "containers" | "volumes" | "volumeMounts" | "ports",
            "[]",
            "name",
        ] => label_name(text),
        [.., "containerName"] => label_name(text),
        [.., "secretKeyRef", "key"] => is(key(text), "no key of a secret"),
        [.., "stringData", name] => is(key(name), "under a name that is no key of a secret"),
        [.., "labels" | "matchLabels", name] => {
            qualified(name)?;
            is(label(text), "no value of a label")
        }
        [.., "annotations", name] => qualified(name),
        // Sets.
        [.., "imagePullPolicy"] => one_of(text, &["Always", "IfNotPresent", "Never"]),
        ["spec", "jobTemplate", .., "restartPolicy"] => one_of(text, &["OnFailure", "Never"]),
        ["spec", "template", .., "restartPolicy"] => one_of(text, &["Always"]),
        ["spec", "restartPolicy"] => one_of(text, &["Always", "OnFailure", "Never"]),
        [.., "strategy", "type"] => one_of(text, &["Recreate", "RollingUpdate"]),
        [.., "seccompProfile", "type"] => {
            one_of(text, &["Localhost", "RuntimeDefault", "Unconfined"])
        }
        [.., "protocol"] => one_of(text, &["SCTP", "TCP", "UDP"]),
        [.., "policyTypes", "[]"] => one_of(text, &["Egress", "Ingress"]),
        [.., "concurrencyPolicy"] => one_of(text, &["Allow", "Forbid", "Replace"]),
        [.., "podFailurePolicy", "rules", "[]", "action"] => {
            one_of(text, &["Count", "FailIndex", "FailJob", "Ignore"])
        }
        [.., "onExitCodes", "operator"] => one_of(text, &["In", "NotIn"]),
        [.., "onPodConditions", "[]", "status"] => one_of(text, &["False", "True", "Unknown"]),
        [.., "onPodConditions", "[]", "type"] => one_of(text, &CONDITIONS),
        [.., "accessModes", "[]"] => one_of(
            text,
            &[
                "ReadOnlyMany",
                "ReadWriteMany",
                "ReadWriteOnce",
                "ReadWriteOncePod",
            ],
        ),
        [.., "fieldRef", "fieldPath"] => one_of(text, &FIELDS),
        ["type"] => one_of(text, &["Opaque"]),
        [.., "capabilities", "add" | "drop", "[]"] => {
            let known = text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            is(known && !text.starts_with("CAP_"), "no capability")
        }
        // Quantities.
        [.., "sizeLimit"] => is(quantity(text), "no quantity"),
        [.., "resources", "limits" | "requests", resource] => {
            one_of(resource, &["cpu", "ephemeral-storage", "memory", "storage"])?;
            is(quantity(text), "no quantity")
        }
        // Other forms.
        [.., "ipBlock", "cidr"] | [.., "ipBlock", "except", "[]"] => is(cidr(text), "no block"),
        [.., "mountPath" | "workingDir"] => is(text.starts_with('/'), "no absolute path"),
        [.., "image"] => is(image(text), "no image"),
        [.., "schedule"] => is(text.split(' ').count() == 5, "no schedule of five fields"),
        // Whatever somebody likes.
        [.., "timeZone"] | [.., "env", "[]", "value"] | [.., "command" | "args", "[]"] => Ok(()),
        _ => Err("a text that no rule is known for".to_owned()),
    }
}

/// `PodConditionType`.
const CONDITIONS: [&str; 6] = [
    "ContainersReady",
    "DisruptionTarget",
    "Initialized",
    "PodReadyToStartContainers",
    "PodScheduled",
    "Ready",
];

/// What `ObjectFieldSelector` finds for a variable, without single labels and annotations.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn is(fits: bool, otherwise: &str) -> Result<(), String> {
    fits.then_some(()).ok_or_else(|| otherwise.to_owned())
}

fn one_of(text: &str, known: &[&str]) -> Result<(), String> {
    is(
        known.contains(&text),
        &format!("none of {}", known.join(", ")),
    )
}

/// Whether a text is made of these characters and begins and ends with a letter or a digit.
fn made_of(text: &str, letter: fn(&char) -> bool, between: &str, longest: usize) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| letter(&c));
    let inside = text.chars().all(|c| letter(&c) || between.contains(c));
    inside && edge(text.chars().next()) && edge(text.chars().next_back()) && text.len() <= longest
}

fn lower(c: &char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// RFC 1123, as names of containers, volumes and ports are.
fn label_name(text: &str) -> Result<(), String> {
    is(made_of(text, lower, "-", 63), "no DNS label")
}

/// RFC 1123, as names of objects are.
fn subdomain(text: &str) -> Result<(), String> {
    let labels = text.split('.').all(|label| made_of(label, lower, "-", 253));
    is(labels && text.len() <= 253, "no DNS name")
}

fn label(text: &str) -> bool {
    text.is_empty() || made_of(text, char::is_ascii_alphanumeric, "-_.", 63)
}

/// The name of a label or an annotation, with or without a prefix.
fn qualified(name: &str) -> Result<(), String> {
    let (prefix, name) = match name.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, name),
    };
    prefix.map_or(Ok(()), subdomain)?;
    is(label(name) && !name.is_empty(), "under a name that is none")
}

fn key(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=253).contains(&text.len()) && text.chars().all(known)
}

fn variable(text: &str) -> bool {
    key(text) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// A quantity that is not negative.
fn quantity(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, suffix) = number.split_at(end.unwrap_or(number.len()));
    let exponent = suffix.strip_prefix(['e', 'E']).map(|exponent| {
        let digits = exponent.trim_start_matches(['+', '-']);
        !digits.is_empty()
            && exponent.len() - digits.len() <= 1
            && digits.chars().all(|c| c.is_ascii_digit())
    });
    let suffixes = [
        "", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    number.chars().any(|c| c.is_ascii_digit())
        && number.matches('.').count() <= 1
        && (suffixes.contains(&suffix) || exponent == Some(true))
}

fn cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

fn image(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())
}

#[test]
fn quantities_are_told_from_what_looks_like_them() {
    for good in [
        "0", "1", "50m", "64Mi", "1.5Gi", ".5", "2.", "+3k", "1e3", "1E-3", "12E",
    ] {
        assert!(quantity(good), "{good}");
    }
    for bad in [
        "", "Mi", "256Mib", "256MB", "256mi", "1 Gi", "-1", "++1", "1.2.3", "0x10", "1e", "1e+-3",
        "50u%",
    ] {
        assert!(!quantity(bad), "{bad}");
    }
}

#[test]
fn blocks_are_told_from_what_looks_like_them() {
    for good in ["0.0.0.0/0", "10.0.0.0/8", "::/0", "fd00::/128"] {
        assert!(cidr(good), "{good}");
    }
    for bad in [
        "10.0.0.0",
        "10.0.0/8",
        "10.0.0.0/33",
        "fd00::/129",
        "ten/8",
        "10.0.0.0/",
    ] {
        assert!(!cidr(bad), "{bad}");
    }
}

#[test]
fn names_are_told_from_what_looks_like_them() {
    for good in ["a", "baton-valimail", "a.b-c.d9"] {
        assert_eq!(subdomain(good), Ok(()), "{good}");
    }
    for bad in ["", "Baton", "-a", "a-", "a..b", "a_b", "a b"] {
        assert!(subdomain(bad).is_err(), "{bad}");
    }
    assert!(label("") && label("true") && label("A_b.c"));
    assert!(!label("a b") && !label(".a") && !label(&"a".repeat(64)));
    assert_eq!(qualified("kubernetes.io/metadata.name"), Ok(()));
    assert!(qualified("kubernetes.io/").is_err() && qualified("A/b").is_err());
}
