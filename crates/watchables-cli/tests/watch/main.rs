//! The command `watchables watch`, as a process.

mod choices;
mod clusters;
mod columns;
mod differences;
mod endings;
mod errors;
mod expressions;
mod formats;
mod kubectl;
mod manifests;
mod plugins;
mod progress;
mod resume;
mod sorting;
mod stats;
mod support;

use serde_json::{Value, json};

use support::{cluster, home, run, stderr, stdout, watchables};

#[test]
fn demo_cluster_is_watched_and_announced_without_a_kubeconfig() {
    let home = home();
    let output = run(watchables(&home).args(["watch", "pods", "namespaces", "--for", "3s"]));
    assert!(output.status.success());
    let notice = stderr(&output);
    assert_eq!(notice.lines().count(), 1, "{notice}");
    assert!(notice.contains("no kubeconfig found; started the embedded demo cluster"), "{notice}");
    let lines = stdout(&output);
    let count = |kind: &str| lines.iter().filter(|line| line.contains(kind)).count();
    assert!(count(", pod/") > 5 && count(", -, namespace/") >= 4, "{lines:?}");
    assert!(lines.contains(&"ADDED, kube-system, pod/coredns-854c77959c-mdw6w"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("MODIFIED, ")), "{lines:?}");
}

#[test]
fn kubeconfig_is_used_unless_demo_is_set() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--count", "2"]));
    assert!(output.status.success() && stderr(&output).is_empty());
    assert_eq!(stdout(&output), ["ADDED, default, a", "ADDED, kube-system, b"]);
    let output = run(watchables(&home).args(["watch", "pods", "--count", "3", "--demo"]));
    assert!(
        stderr(&output).starts_with("watchables: started the embedded demo cluster at http://")
    );
    assert_eq!(stdout(&output)[0], "ADDED, kube-system, coredns-854c77959c-mdw6w");
}

#[test]
fn resource_names_resolve_as_in_kubectl() {
    let (server, home) = cluster();
    let deployment =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}});
    server.store().create(deployment).unwrap();
    for (name, line) in [
        ("pods", "ADDED, default, a"),
        ("pod", "ADDED, default, a"),
        ("po", "ADDED, default, a"),
        ("Pod", "ADDED, default, a"),
        ("deploy", "ADDED, default, d"),
        ("deployments.apps", "ADDED, default, d"),
        ("deployments.v1.apps", "ADDED, default, d"),
    ] {
        let output = run(watchables(&home).args(["watch", name, "--count", "1"]));
        assert_eq!(stdout(&output), [line], "{name}: {}", stderr(&output));
    }
    let output = run(watchables(&home).args(["watch", "pods,deployments", "po", "--count", "3"]));
    let mut lines = stdout(&output);
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["ADDED, default, deployment/d", "ADDED, default, pod/a", "ADDED, kube-system, pod/b"]
    );
}

#[test]
fn namespace_and_selectors_filter_events() {
    let (_server, home) = cluster();
    for arguments in [
        &["-n", "kube-system"][..],
        &["--namespace=kube-system"],
        &["-l", "app=b"],
        &["--field-selector", "metadata.name=b"],
    ] {
        let output = run(watchables(&home).args(["watch", "pods", "--for", "1s"]).args(arguments));
        assert_eq!(stdout(&output), ["ADDED, kube-system, b"], "{arguments:?}");
    }
    // As in kubectl, the namespace does not apply to cluster-scoped resources.
    let output = run(watchables(&home).args(["watch", "ns", "-n", "default", "--count", "1"]));
    assert_eq!(stdout(&output), ["ADDED, -, default"]);
}

#[test]
fn json_output_is_one_wire_format_document_per_line() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "-o", "json", "--count", "2"]));
    let lines = stdout(&output);
    assert_eq!(lines.len(), 2);
    let event: Value = serde_json::from_str(lines[0]).unwrap();
    assert!(lines[0].starts_with(r#"{"type":"ADDED","object":{"#), "{}", lines[0]);
    assert_eq!(event["type"], "ADDED");
    assert_eq!(event["object"]["kind"], "Pod");
    assert_eq!(event["object"]["apiVersion"], "v1");
    assert_eq!(event["object"]["metadata"]["name"], "a");
    assert_eq!(event["object"]["spec"]["containers"][0]["image"], "example");
}
