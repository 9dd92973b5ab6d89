//! kubectl commands that read, on the demo cluster, where objects change all the time.

use std::collections::BTreeMap;

use super::program::Kubectl;
use crate::report::{NotPassed, Outcome};

pub(super) async fn version(kubectl: &Kubectl, release: &str) -> Outcome {
    let minor = release.trim_start_matches("1.");
    let server = ["Server Version", &format!("v1.{minor}.")];
    kubectl.succeeds(&["version"], &server).await?;
    kubectl
        .succeeds(&["api-versions"], &["apps/v1\n", "\nv1\n", "apiextensions.k8s.io/v1\n"])
        .await?;
    Ok(String::new())
}

pub(super) async fn api_resources(kubectl: &Kubectl) -> Outcome {
    let text = kubectl.output(&["api-resources"]).await?;
    let row = |name: &str| {
        let row = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        let row = row.ok_or_else(|| NotPassed::Failed(format!("no {name} in: {text}")))?;
        Ok::<_, NotPassed>(row.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>())
    };
    same(&row("NAME")?.join(" ").replace("APIGROUP", "APIVERSION"), HEADER)?;
    for (name, parts) in [
        ("configmaps", ["cm", "true", "ConfigMap"]),
        ("namespaces", ["ns", "false", "Namespace"]),
        ("deployments", ["deploy", "true", "Deployment"]),
        ("customresourcedefinitions", ["crd,crds", "false", "CustomResourceDefinition"]),
    ] {
        let found = row(name)?;
        if !parts.iter().all(|part| found.iter().any(|column| column == part)) {
            return Err(format!("expected {parts:?} in {found:?}").into());
        }
    }
    let apps = ["api-resources", "--api-group=apps", "--namespaced=true", "-o", "name"];
    let mut names: Vec<_> = kubectl.output(&apps).await?.lines().map(ToOwned::to_owned).collect();
    names.sort();
    let expected =
        ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"];
    let expected: Vec<_> = expected.iter().map(|name| format!("{name}.apps")).collect();
    if names != expected {
        return Err(format!("expected {expected:?}, got {names:?}").into());
    }
    Ok(format!("{} resources", text.lines().count() - 1))
}

const HEADER: &str = "NAME SHORTNAMES APIVERSION NAMESPACED KIND";

pub(super) async fn get(kubectl: &Kubectl) -> Outcome {
    let pods = kubectl.output(&["get", "pods", "-A"]).await?;
    let mut lines = pods.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    same(&lines.next().unwrap_or_default().join(" "), "NAMESPACE NAME READY STATUS RESTARTS AGE")?;
    let coredns = lines.find(|line| line.get(1).is_some_and(|name| name.starts_with("coredns-")));
    match coredns.as_deref() {
        Some(["kube-system", _, "1/1", "Running", "0", age]) if age.ends_with(['s', 'm']) => {}
        other => return Err(format!("expected a running coredns pod, got {other:?}").into()),
    }
    kubectl.succeeds(&["get", "pods", "-A", "-o", "wide"], &["IP", "NODE", "node-1"]).await?;
    kubectl.succeeds(&["get", "ns"], &["NAME", "STATUS", "AGE", "kube-system", "Active"]).await?;
    kubectl
        .succeeds(&["get", "nodes"], &["NAME", "STATUS", "ROLES", "VERSION", "node-1", "Ready"])
        .await?;
    let deployment = ["get", "deploy", "-n", "kube-system", "coredns"];
    kubectl
        .succeeds(&deployment, &["READY", "UP-TO-DATE", "AVAILABLE", "AGE", "coredns", "1/1"])
        .await?;
    Ok(format!("{} pods", pods.lines().count() - 1))
}

pub(super) async fn get_missing(kubectl: &Kubectl) -> Outcome {
    let none = r#"Error from server (NotFound): pods "none" not found"#;
    kubectl.fails(&["get", "pods", "none"], &[none]).await?;
    kubectl.prints(&["get", "pods", "none", "--ignore-not-found"], "").await?;
    kubectl.prints(&["get", "secrets"], "No resources found in default namespace.").await?;
    let widgets = r#"the server doesn't have a resource type "widgets""#;
    kubectl.fails(&["get", "widgets"], &[widgets]).await?;
    let field = ["get", "pods", "--field-selector", "spec.nope=v"];
    kubectl.fails(&field, &["BadRequest", "field label not supported"]).await?;
    Ok(String::new())
}

pub(super) async fn get_selected(kubectl: &Kubectl) -> Outcome {
    let all = kubectl.output(&["get", "ns", "-o", "name"]).await?;
    // Other tests' namespaces may come and go; the namespaces of every cluster stay.
    let paged = kubectl.output(&["get", "ns", "-o", "name", "--chunk-size=2"]).await?;
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let name = format!("namespace/{name}");
        for text in [&all, &paged] {
            if text.lines().filter(|line| *line == name).count() != 1 {
                return Err(format!("expected {name} once in {text:?}").into());
            }
        }
    }
    let json = kubectl.output(&["get", "ns", "default", "-o", "json"]).await?;
    let json: serde_json::Value = serde_json::from_str(&json).map_err(crate::report::failed)?;
    if json["kind"] != "Namespace" || json["metadata"]["name"] != "default" {
        return Err(format!("expected the namespace default, got {json}").into());
    }
    let name = ["get", "ns", "--field-selector", "metadata.name=default", "-o", "name"];
    kubectl.prints(&name, "namespace/default").await?;
    let node = ["get", "nodes", "-l", "kubernetes.io/hostname=node-1", "-o", "name"];
    kubectl.prints(&node, "node/node-1").await?;
    let phase = ["get", "ns", "default", "-o", "jsonpath={.status.phase}"];
    kubectl.prints(&phase, "Active").await?;
    Ok(String::new())
}

/// Existing pods come first, then the test's changes and the demo's.
pub(super) async fn get_watch(kubectl: &Kubectl) -> Outcome {
    let mut watch = kubectl.spawn(&["get", "pods", "-A", "-w"])?;
    let head = watch.wait_for_line("the header", |_| true).await?;
    same(&head.join(" "), "NAMESPACE NAME READY STATUS RESTARTS AGE")?;
    watch.wait_for_line("coredns", |pod| pod[1].starts_with("coredns-")).await?;
    kubectl.output(&["run", "watched", "--image=example"]).await?;
    let ours = |pod: &[&str]| pod[..2] == ["default", "watched"];
    let line = watch.wait_for_line("the new pod", ours).await?;
    same(&line[2..4].join(" "), "0/1 Pending")?;
    kubectl.output(&["delete", "pod", "watched", "--now"]).await?;
    watch.wait_for_line("the new pod's deletion", ours).await?;
    // A pod that the demo changes: it appears again with other columns.
    let mut pods = BTreeMap::<String, String>::new();
    let changed = watch.wait_for_line("a change", |pod| {
        let state = pod[2..5].join(" ");
        pods.insert(pod[1].to_owned(), state.clone()).is_some_and(|before| before != state)
    });
    let changed = changed.await?;
    Ok(format!("the demo's {} became {}", changed[1], changed[2..4].join(" ")))
}

pub(super) async fn describe(kubectl: &Kubectl) -> Outcome {
    let parts = ["Name:", "node-1", "Labels:", "kubernetes.io/hostname=node-1", "Conditions:"];
    kubectl.succeeds(&["describe", "node", "node-1"], &parts).await?;
    kubectl.succeeds(&["describe", "ns", "default"], &["default", "Active"]).await?;
    Ok(String::new())
}

fn same(found: &str, expected: &str) -> Result<(), NotPassed> {
    if found == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {found:?}").into())
}
