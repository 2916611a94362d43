//! Whether Kubernetes knows all that the manifests say, and misses nothing: its own types, of the
//! oldest version that is still supported, read each of them, and write the same again, no less and
//! no more. What is in texts is up to [`values`].

use crate::{
    manifests::{documents, files, read, text},
    values,
};
use k8s_openapi::{
    DeepMerge, Resource,
    api::{
        apps::v1::Deployment,
        batch::v1::CronJob,
        core::v1::{PersistentVolumeClaim, Pod, Secret},
        networking::v1::NetworkPolicy,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What is wrong with an object.
pub fn faults(object: &Value) -> Vec<String> {
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("apps/v1", "Deployment") => faults_of::<Deployment>(object),
        ("batch/v1", "CronJob") => faults_of::<CronJob>(object),
        ("networking.k8s.io/v1", "NetworkPolicy") => faults_of::<NetworkPolicy>(object),
        ("v1", "PersistentVolumeClaim") => faults_of::<PersistentVolumeClaim>(object),
        ("v1", "Pod") => faults_of::<Pod>(object),
        ("v1", "Secret") => faults_of::<Secret>(object),
        (version, kind) => vec![format!("no type for {version} {kind}")],
    }
}

fn faults_of<T: Resource + Serialize + DeserializeOwned>(object: &Value) -> Vec<String> {
    let typed: T = match serde_json::from_value(object.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![error.to_string()],
    };
    let again = serde_json::to_value(&typed).expect("JSON");
    let mut faults = Vec::new();
    compare("", object, &again, &mut faults);
    faults.extend(values::faults(object));
    faults
}

/// Names what has got lost, and what has come: a field that has to be there, and that is empty when
/// it is not.
fn compare(path: &str, written: &Value, again: &Value, faults: &mut Vec<String>) {
    match (written, again) {
        (Value::Object(written), Value::Object(again)) => {
            for (name, value) in written {
                let path = format!("{path}.{name}");
                match again.get(name) {
                    Some(again) => compare(&path, value, again, faults),
                    None => faults.push(format!("{path} is not known")),
                }
            }
            let missing = again.keys().filter(|name| !written.contains_key(*name));
            faults.extend(missing.map(|name| format!("{path}.{name} is missing")));
        }
        (Value::Array(written), Value::Array(again)) if written.len() == again.len() => {
            for (at, (written, again)) in written.iter().zip(again).enumerate() {
                compare(&format!("{path}[{at}]"), written, again, faults);
            }
        }
        (written, again) if written == again => {}
        (written, again) => faults.push(format!("{path} is read as {again}, not {written}")),
    }
}

/// What is wrong with a patch: it leaves out what has to be there, but it can be applied, and what
/// comes of it is right.
fn faults_of_patch(patch: &Value) -> Vec<String> {
    let mut faults = faults(patch);
    faults.retain(|fault| !fault.ends_with(" is missing"));
    let mut patched: Deployment = read("deployment.yaml");
    match serde_json::from_value::<Deployment>(patch.clone()) {
        Ok(patch) => patched.merge_from(patch),
        Err(error) => faults.push(error.to_string()),
    }
    let patched = serde_json::to_value(&patched).expect("JSON");
    let containers = patched.pointer("/spec/template/spec/containers");
    assert_eq!(containers.and_then(Value::as_array).map(Vec::len), Some(1));
    faults.extend(self::faults(&patched));
    faults
}

/// What is wrong with a manifest after a text in it has been replaced.
fn faults_in(file: &str, text: &str, by: &str) -> Vec<String> {
    let good = crate::manifests::text(&format!("kubernetes/{file}"));
    let bad = good.replacen(text, by, 1);
    assert_ne!(good, bad, "{text} is not there");
    documents(&bad).iter().flat_map(faults).collect()
}

fn faults_with(text: &str, by: &str) -> Vec<String> {
    faults_in("deployment.yaml", text, by)
}

#[test]
fn kubernetes_knows_everything_that_the_manifests_say_and_misses_nothing() {
    let mut objects = 0;
    for file in files("kubernetes") {
        for object in documents(&text(&file)) {
            let faults = match file.ends_with("-patch.yaml") {
                true => faults_of_patch(&object),
                false => faults(&object),
            };
            assert_eq!(faults, Vec::<String>::new(), "{file}");
            objects += 1;
        }
    }
    assert!(objects >= 7, "only {objects} objects");
}

#[test]
fn a_field_that_has_to_be_there_is_missed() {
    for (file, text, missing) in [
        (
            "deployment.yaml",
            "  selector:\n    matchLabels:\n      app: baton-valimail\n",
            ".spec.selector",
        ),
        (
            "deployment.yaml",
            "        - name: baton-valimail\n          # Replace this by your image, best by its digest.\n          image:",
            ".spec.template.spec.containers[0].name",
        ),
        (
            "deployment.yaml",
            "              mountPath: /tmp\n",
            ".spec.template.spec.containers[0].volumeMounts[0].mountPath",
        ),
        (
            "deployment.yaml",
            "                  fieldPath: metadata.name\n",
            ".spec.template.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
        ),
        (
            "cronjob.yaml",
            "  schedule: \"17 */6 * * *\"\n",
            ".spec.schedule",
        ),
        (
            "cronjob.yaml",
            "          - action: Ignore\n            onPod",
            ".spec.jobTemplate.spec.podFailurePolicy.rules[0].action",
        ),
        (
            "networkpolicy.yaml",
            "            cidr: 0.0.0.0/0\n",
            ".spec.egress[1].to[0].ipBlock.cidr",
        ),
    ] {
        // What is left of an element of a list is still one.
        let by = match text {
            text if text.ends_with("image:") => "        - image:",
            text if text.ends_with("onPod") => "          - onPod",
            text if text.contains("fieldPath") => "                  {}\n",
            _ => "",
        };
        assert_eq!(faults_in(file, text, by), [format!("{missing} is missing")]);
    }
}

#[test]
fn a_word_that_is_none_of_those_that_there_are_is_found() {
    for (file, text, by) in [
        (
            "deployment.yaml",
            "imagePullPolicy: IfNotPresent",
            "imagePullPolicy: Sometimes",
        ),
        ("deployment.yaml", "type: RollingUpdate", "type: Rolling"),
        (
            "deployment.yaml",
            "type: RuntimeDefault",
            "type: runtime/default",
        ),
        (
            "deployment.yaml",
            "fieldPath: metadata.name",
            "fieldPath: metadata.title",
        ),
        (
            "deployment.yaml",
            "drop: [\"ALL\"]",
            "drop: [\"CAP_CHOWN\"]",
        ),
        (
            "cronjob.yaml",
            "restartPolicy: Never",
            "restartPolicy: Always",
        ),
        (
            "cronjob.yaml",
            "concurrencyPolicy: Forbid",
            "concurrencyPolicy: Deny",
        ),
        ("cronjob.yaml", "operator: In", "operator: Is"),
        ("cronjob.yaml", "action: FailJob", "action: Fail"),
        ("cronjob.yaml", "status: \"True\"", "status: \"true\""),
        ("cronjob.yaml", "type: DisruptionTarget", "type: Disruption"),
        ("cronjob.yaml", "\"ReadWriteOnce\"", "\"WriteOnce\""),
        ("networkpolicy.yaml", "protocol: UDP", "protocol: udp"),
        ("networkpolicy.yaml", "\"Egress\"", "\"Outgress\""),
        ("secret.yaml", "type: Opaque", "type: Transparent"),
        (
            "syncs-reader.yaml",
            "restartPolicy: Never",
            "restartPolicy: Sometimes",
        ),
    ] {
        let faults = faults_in(file, text, by);
        assert_eq!(faults.len(), 1, "{by}: {faults:?}");
    }
}

#[test]
fn a_quantity_that_is_none_is_found() {
    for (file, text, by) in [
        ("deployment.yaml", "memory: 64Mi", "memory: 64Mib"),
        ("deployment.yaml", "cpu: 50m", "cpu: 50mc"),
        ("deployment.yaml", "sizeLimit: 1Gi", "sizeLimit: 1GB"),
        ("deployment.yaml", "memory: 64Mi", "mem: 64Mi"),
        ("cronjob.yaml", "storage: 1Gi", "storage: 1 Gi"),
    ] {
        let faults = faults_in(file, text, by);
        assert_eq!(faults.len(), 1, "{by}: {faults:?}");
    }
}

#[test]
fn a_name_or_an_address_that_is_none_is_found() {
    for (file, text, by) in [
        (
            "deployment.yaml",
            "  name: baton-valimail\n",
            "  name: Baton Valimail\n",
        ),
        ("deployment.yaml", "baton: \"true\"", "baton: \"very true\""),
        (
            "deployment.yaml",
            "name: BATON_HOST_ID",
            "name: BATON HOST ID",
        ),
        ("deployment.yaml", "mountPath: /tmp", "mountPath: tmp"),
        ("cronjob.yaml", "\"17 */6 * * *\"", "\"17 */6 * *\""),
        ("networkpolicy.yaml", "10.0.0.0/8", "10.0.0/8"),
        ("networkpolicy.yaml", "169.254.20.10/32", "169.254.20.10"),
    ] {
        let faults = faults_in(file, text, by);
        assert_eq!(faults.len(), 1, "{by}: {faults:?}");
    }
}

#[test]
fn a_text_that_nobody_has_looked_up_is_found() {
    let faults = faults_with(
        "      enableServiceLinks: false\n",
        "      enableServiceLinks: false\n      dnsPolicy: ClusterFirst\n",
    );
    assert_eq!(
        faults,
        [".spec.template.spec.dnsPolicy: \"ClusterFirst\" is a text that no rule is known for"]
    );
}

#[test]
fn what_is_wrong_with_a_patch_is_found() {
    let good = text("kubernetes/metrics-patch.yaml");
    for (text, by) in [
        ("containerPort: 8081", "port: 8081"),
        ("protocol: TCP", "protocol: tcp"),
    ] {
        let bad = documents(&good.replacen(text, by, 1)).remove(0);
        assert!(!faults_of_patch(&bad).is_empty(), "{by}");
    }
}

#[test]
fn a_misspelt_field_is_found() {
    assert_eq!(
        faults_with("readinessProbe:", "readynessProbe:"),
        [".spec.template.spec.containers[0].readynessProbe is not known"]
    );
}

#[test]
fn a_field_in_the_wrong_place_is_found() {
    let pod = "      automountServiceAccountToken: false\n";
    let template = "    automountServiceAccountToken: false\n    spec:\n";
    assert_eq!(
        faults_with(
            &format!("    spec:\n      # It does not talk to Kubernetes.\n{pod}"),
            template
        ),
        [".spec.template.automountServiceAccountToken is not known"]
    );
}

#[test]
fn a_value_of_the_wrong_type_is_found() {
    for (text, by) in [
        ("replicas: 1", "replicas: one"),
        ("baton: \"true\"", "baton: true"),
        (
            "readOnlyRootFilesystem: true",
            "readOnlyRootFilesystem: \"true\"",
        ),
    ] {
        assert_eq!(faults_with(text, by).len(), 1, "{by}");
    }
}

#[test]
fn a_version_that_there_is_not_is_found() {
    let faults = faults_with("apiVersion: apps/v1", "apiVersion: apps/v1beta1");
    assert_eq!(faults, ["no type for apps/v1beta1 Deployment"]);
}
