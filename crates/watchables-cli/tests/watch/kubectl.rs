//! What is watched, named as users of kubectl do.

use serde_json::json;

use crate::support::{assert_error, cluster, pod, run, stderr, stdout, watchables};

fn watched(home: &tempfile::TempDir, arguments: &[&str], count: &str) -> Vec<String> {
    let output = run(watchables(home).arg("watch").args(arguments).args(["--count", count]));
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    let mut lines: Vec<_> = stdout(&output).into_iter().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn objects_are_named_after_their_resource_or_with_it() {
    let (server, home) = cluster();
    for name in ["web-1", "web-2", "web-3"] {
        server.store().create(pod("default", name)).unwrap();
    }
    let deployment =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
    server.store().create(deployment).unwrap();
    let pods = ["ADDED, default, web-1", "ADDED, default, web-3"];
    for arguments in [
        &["pod", "web-1", "web-3"][..],
        &["pod/web-1", "po/web-3"],
        &["pods/web-3", "pod", "web-1", "web-3"],
        &["pods", "web-1", "web-3", "-n", "default", "-w"],
    ] {
        assert_eq!(watched(&home, arguments, "2"), pods, "{arguments:?}");
    }
    assert_eq!(
        watched(&home, &["pod", "web-1", "deploy/web"], "2"),
        ["ADDED, default, deployment/web", "ADDED, default, pod/web-1"]
    );
    let output = run(watchables(&home).args(["watch", "pods/"]));
    assert_error(&output, "\"pods/\" names no object; write it as pod/web-1");
}

#[test]
fn resources_follow_with_commas_or_spaces_and_as_categories() {
    let (server, home) = cluster();
    for kind in ["Deployment", "ReplicaSet"] {
        let object = json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}});
        server.store().create(object).unwrap();
    }
    let expected =
        ["ADDED, default, deployment/web", "ADDED, default, pod/a", "ADDED, kube-system, pod/b"];
    assert_eq!(watched(&home, &["pods,deploy"], "3"), expected);
    assert_eq!(watched(&home, &["pods", "deploy", "-A"], "3"), expected);
    let all = watched(&home, &["all", "-n", "default"], "3");
    assert_eq!(
        all,
        [
            "ADDED, default, deployment/web",
            "ADDED, default, pod/a",
            "ADDED, default, replicaset/web"
        ]
    );
}

#[test]
fn several_namespaces_are_watched_at_once() {
    let (server, home) = cluster();
    let shop = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    server.store().create(shop).unwrap();
    server.store().create(pod("shop", "c")).unwrap();
    let lines = watched(&home, &["pods", "-n", "default,shop"], "2");
    assert_eq!(lines, ["ADDED, default, a", "ADDED, shop, c"]);
    let all = watched(&home, &["pods", "-A", "-n", "shop"], "3");
    assert_eq!(all.len(), 3, "-A prevails, as in kubectl: {all:?}");
}

#[test]
fn empty_namespaces_are_refused() {
    let (_server, home) = cluster();
    for namespaces in ["", "default,", " "] {
        let output = run(watchables(&home).args(["watch", "pods", "-n", namespaces]));
        assert_eq!(output.status.code(), Some(2));
        let error = stderr(&output);
        assert!(error.contains("a namespace has no name; leave -n out"), "{error}");
    }
}

#[test]
fn what_there_is_nothing_of_is_said() {
    let (_server, home) = cluster();
    for (arguments, said) in [
        (&["deploy"][..], "there is no deployment yet"),
        (&["pod", "web-1"], "there is no pod \"web-1\" yet"),
        (
            &["pods", "-n", "x1,x2,x3,x4,x5,x6,default", "-l", "app=a"],
            "there are no namespaces \"x1\", \"x2\", \"x3\", \"x4\" and 2 more, and so no pod in them yet",
        ),
        (&["pods", "-n", "shpo"], "there is no namespace \"shpo\", and so no pod in it yet"),
        (&["secrets", "-n", "default"], "there is no secret in the namespace \"default\" yet"),
        (&["jobs,deploy", "pod/x"], "there is no deployment, job or pod \"x\" yet"),
        (&["pods", "-l", "app=x"], "no pod matches -l app=x yet"),
        (
            &["pods,jobs", "-n", "default", "-l", "app=x", "--field-selector", "metadata.name=y"],
            "no job or pod in the namespace \"default\" matches -l app=x and --field-selector metadata.name=y yet",
        ),
    ] {
        let output = run(watchables(&home).arg("watch").args(arguments).args(["--for", "2s"]));
        assert_eq!(stderr(&output), format!("watchables: {said}\n"), "{arguments:?}");
        let is_there = arguments.contains(&"app=a");
        assert!(output.status.success() && stdout(&output).is_empty() != is_there);
    }
}

#[test]
fn flags_of_kubectl_are_accepted_with_their_values() {
    let (_server, home) = cluster();
    for arguments in [
        &["pods", "--all-namespaces=true", "--no-headers=false", "--watch=true"][..],
        &["pods", "-A=true", "--request-timeout=10s", "--output-watch-events=true"],
        &["pods", "-v", "0", "--request-timeout", "0"],
        &["pods", "--v=1", "-w"],
    ] {
        let lines = watched(&home, arguments, "2");
        assert_eq!(lines, ["ADDED, default, a", "ADDED, kube-system, b"], "{arguments:?}");
    }
    let output = run(watchables(&home).args(["watch", "pods", "--count", "1", "-v", "6"]));
    assert!(stderr(&output).contains("sending request"), "{}", stderr(&output));
}

#[test]
fn server_of_the_command_line_takes_the_place_of_that_of_the_kubeconfig() {
    let (server, home) = cluster();
    let without = crate::support::home();
    for (home, url) in [
        (&home, server.url()),
        (&without, server.url()),
        (&without, server.url().replace("http://", "")),
    ] {
        let lines = watched(home, &["pods", "-s", &url], "2");
        assert_eq!(lines, ["ADDED, default, a", "ADDED, kube-system, b"], "{url}");
    }
    let output = run(watchables(&home).args(["watch", "pods", "-s", "http://127.0.0.1:1"]));
    assert_error(&output, "the API server http://127.0.0.1:1: ");
    let url = server.url();
    let mut command = watchables(&home);
    let output = run(command.args(["watch", "pods", "--context", "nowhere", "-s", &url]));
    assert_error(&output, "has no context \"nowhere\"; it has: embedded");
}
