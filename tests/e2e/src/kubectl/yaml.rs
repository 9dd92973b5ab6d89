//! `watchables watch -o yaml` prints what `kubectl get -o yaml` prints, byte for byte.

use std::path::Path;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::formats::watch_once;
use super::program::Kubectl;
use crate::cluster::Cluster;
use crate::report::{NotPassed, Outcome, failed};

/// An object of a custom resource with all that is hard to write: texts, names and numbers.
const VALUES: &str = include_str!("../../../../crates/watchables-cli/src/yaml/values.json");

/// What is compared: the words, and the namespace.
const OBJECTS: [[&str; 3]; 7] = [
    ["crd", "shapes.example.com", ""],
    ["node", "yaml", ""],
    ["namespace", "yaml", ""],
    ["namespace", "default", ""],
    ["configmap", "texts", "yaml"],
    ["pod", "web", "yaml"],
    ["shape", "yaml", "default"],
];

/// How often objects are read until nothing has changed them between two programs.
const TRIES: usize = 10;

/// The same on the server that the suite has started.
pub(super) async fn run_on(cluster: &Cluster, program: &Path, version: &str) -> Outcome {
    if !cluster.is_owned() {
        return Err(NotPassed::Skipped("needs a server started by the suite".to_owned()));
    }
    let folder = TempDir::new().map_err(failed)?;
    let kubectl = Kubectl::with_kubeconfig(program, folder.path(), &cluster.kubeconfig)?;
    run(&kubectl, version).await
}

pub(super) async fn run(kubectl: &Kubectl, version: &str) -> Outcome {
    let values: Value = serde_json::from_str(VALUES).map_err(failed)?;
    kubectl.write("yaml-definition.json", super::formats::OBJECTS)?;
    kubectl.write("yaml-values.json", VALUES)?;
    kubectl.write("yaml-objects.json", &objects(&values)?.to_string())?;
    kubectl.output(&["apply", "-f", "yaml-definition.json"]).await?;
    let established = ["wait", "--for=condition=Established", "crd/shapes.example.com"];
    kubectl.output(&established).await?;
    for file in ["yaml-objects.json", "yaml-values.json"] {
        kubectl.output(&["apply", "--validate=false", "-f", file]).await?;
    }
    // 1.20 has no choice but to print managed fields.
    let is_old = version.starts_with("1.20.");
    let choices: &[bool] = if is_old { &[true] } else { &[false, true] };
    let mut bytes = 0;
    for object in OBJECTS {
        for with_managed_fields in choices {
            bytes += compare(kubectl, object, *with_managed_fields, is_old).await?;
        }
    }
    Ok(format!("{} objects, {bytes} bytes", OBJECTS.len()))
}

/// A node, a namespace, a pod, and a map whose values are the texts.
fn objects(values: &Value) -> Result<Value, NotPassed> {
    let texts = values.pointer("/data/texts").and_then(Value::as_array).ok_or("no texts")?;
    let data: Map<_, _> =
        texts.iter().enumerate().map(|(i, text)| (format!("t{i}"), text.clone())).collect();
    let named = |kind: &str, name: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": {"yes": "on", "n": "1.0"}}});
    let within = |kind: &str, name: &str| {
        let mut object = named(kind, name);
        object["metadata"]["namespace"] = "yaml".into();
        object
    };
    let (mut node, mut map, mut pod) =
        (named("Node", "yaml"), within("ConfigMap", "texts"), within("Pod", "web"));
    node["spec"] = json!({"unschedulable": true, "taints": [{"key": "example.com/no", "value": "off", "effect": "NoSchedule"}]});
    map["data"] = data.into();
    map["binaryData"] = json!({"bytes": "AAECAwQ="});
    pod["metadata"]["annotations"] = json!({"example.com/script": "#!/bin/sh\nset -eu\n\n  echo 'a: b'\n", "example.com/tabs": "a\tb\n"});
    pod["spec"] = json!({"nodeSelector": {"example.com/none": "true"}, "containers": [{"name": "main", "image": "example.com/web:1.0",
        "command": ["sh", "-c", "while true; do echo \"$(date): a line that is longer than eighty characters\"; sleep 10; done"],
        "args": ["-", "--", "-v=2", "*"], "ports": [{"containerPort": 8080}],
        "resources": {"requests": {"cpu": "0.5", "memory": "1Gi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}]});
    Ok(
        json!({"apiVersion": "v1", "kind": "List", "items": [node, named("Namespace", "yaml"), map, pod]}),
    )
}

/// Returns how many bytes both print.
async fn compare(
    kubectl: &Kubectl,
    [kind, name, namespace]: [&str; 3],
    with_managed_fields: bool,
    is_old: bool,
) -> Result<usize, NotPassed> {
    let mut arguments = vec![kind, name, "-o", "yaml"];
    if !namespace.is_empty() {
        arguments.extend(["-n", namespace]);
    }
    let get = [&["get"], &*arguments].concat();
    let managed: &[&str] = if with_managed_fields { &["--show-managed-fields"] } else { &[] };
    let get = if is_old { get } else { [&get, managed].concat() };
    let watch = [&*arguments, managed].concat();
    for _ in 0..TRIES {
        let theirs = kubectl.output(&get).await?;
        let ours = watch_once(kubectl, &watch).await?;
        let printed = ours.strip_prefix("---\n# ADDED\n").ok_or("no head")?;
        if printed == theirs {
            return Ok(theirs.len());
        }
        if kubectl.output(&get).await? != theirs {
            continue;
        }
        let lines = printed.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
        return Err(match lines {
            Some((ours, theirs)) => {
                format!("{watch:?}: kubectl prints {theirs:?}, and we print {ours:?}").into()
            }
            None => format!(
                "{watch:?}: kubectl prints {} bytes, and we print {}",
                theirs.len(),
                printed.len()
            )
            .into(),
        });
    }
    Err(format!("{watch:?}: it changed each of {TRIES} times").into())
}
