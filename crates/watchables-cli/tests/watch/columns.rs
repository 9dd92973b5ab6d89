//! The server's columns: `-o table` and `-o wide`.

use std::io::BufRead as _;

use embedded_apiserver::EmbeddedServer;
use serde_json::json;

use crate::support::{
    assert_error, cluster, delete_pod, newest_catalog, pod, run, start, stdout, watchables,
};

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs a watch that ends after some events. Returns its lines, with one blank between cells.
fn watched(home: &tempfile::TempDir, arguments: &[&str], count: &str) -> Vec<String> {
    let output = run(watchables(home).arg("watch").args(arguments).args(["--count", count]));
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    stdout(&output).into_iter().map(words).collect()
}

#[test]
fn table_has_the_servers_columns_under_headings() {
    let (server, home) = cluster();
    let mut ready = pod("default", "a");
    ready["status"] = json!({"phase": "Running", "podIP": "10.0.0.1", "containerStatuses": [
        {"name": "main", "ready": true, "restartCount": 2}]});
    server.store().update(ready).unwrap();
    let is = |lines: &[String], expected: &[&str]| {
        let matches = |(line, expected): (&String, &&str)| {
            // Ages go on.
            let (before, after) = expected.split_once("AGE").unwrap_or((expected, ""));
            line.starts_with(before) && line.ends_with(after)
        };
        assert_eq!(lines.len(), expected.len(), "{lines:?}");
        assert!(lines.iter().zip(expected).all(matches), "{lines:?}");
    };
    let heading = "EVENT NAMESPACE NAME READY STATUS RESTARTS AGE";
    is(
        &watched(&home, &["pods", "-o", "table"], "2"),
        &[heading, "ADDED default a 1/1 Running 2 AGE", "ADDED kube-system b 0/1 Pending 0 AGE"],
    );
    is(
        &watched(&home, &["pods", "-n", "default", "-o", "wide", "--show-labels"], "1"),
        &[
            "EVENT NAME READY STATUS RESTARTS AGE IP NODE LABELS",
            "ADDED a 1/1 Running 2 AGE 10.0.0.1 <none> app=a",
        ],
    );
    is(
        &watched(
            &home,
            &["pods", "-n", "default", "-o", "table", "-L", "x.io/tier,app", "--show-labels"],
            "1",
        ),
        &[
            "EVENT NAME READY STATUS RESTARTS AGE TIER APP LABELS",
            "ADDED a 1/1 Running 2 AGE a app=a",
        ],
    );
    is(
        &watched(&home, &["pods", "--no-headers", "-o", "table"], "2"),
        &["ADDED default a 1/1 Running 2 AGE", "ADDED kube-system b 0/1 Pending 0 AGE"],
    );
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}});
    server.store().create(namespace).unwrap();
    let several = watched(&home, &["po/a", "ns/x", "-o", "table", "--timestamps=relative"], "2");
    let expected = [
        "TIME EVENT NAME STATUS AGE",
        "ADDED namespace/x Active AGE",
        "TIME EVENT NAMESPACE NAME READY STATUS RESTARTS AGE",
        "ADDED default pod/a 1/1 Running 2 AGE",
    ];
    let without_time = |line: &String| match line.split_once(' ') {
        Some((time, rest)) if time.parse::<f64>().is_ok() => rest.to_owned(),
        _ => line.clone(),
    };
    is(&several.iter().map(without_time).collect::<Vec<_>>(), &expected);
}

#[test]
fn columns_stay_aligned_while_objects_change() {
    let (server, home) = cluster();
    let mut command = watchables(&home);
    let arguments = ["watch", "pods", "-n", "default", "-o", "table", "--diff", "--count", "5"];
    let (mut child, lines) = start(command.args(arguments));
    let mut lines = lines.lines().map(Result::unwrap);
    // After the headings.
    let first = lines.next().unwrap();
    assert!(first.starts_with("ADDED      a      0/1     Pending   0          "), "{first:?}");
    server.store().create(pod("default", "a-longer-name")).unwrap();
    let mut changed = pod("default", "a");
    changed["metadata"]["labels"] = json!({"app": "b"});
    changed["status"] = json!({"phase": "Pending", "qosClass": "BestEffort"});
    server.store().update(changed).unwrap();
    delete_pod(&server, "a");
    let rest: Vec<_> = lines.collect();
    assert!(child.wait().unwrap().success());
    assert!(rest[0].starts_with("ADDED      a-longer-name   0/1 "), "{rest:?}");
    assert!(rest[1].starts_with("MODIFIED   a               0/1 "), "{rest:?}");
    assert_eq!(rest[2], "    metadata.labels.app: a → b", "{rest:?}");
    assert!(rest[3].starts_with("MODIFIED   a               0/1     Terminating "), "{rest:?}");
    let last = rest.last().unwrap();
    assert!(last.starts_with("DELETED    a               0/1     Terminating "), "{rest:?}");
}

#[test]
fn custom_resources_have_the_columns_of_their_definition() {
    let (server, home) = cluster();
    server
        .store()
        .create(json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "crontabs.stable.example.com"},
            "spec": {
                "group": "stable.example.com", "scope": "Namespaced",
                "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab"},
                "versions": [{"name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                    "additionalPrinterColumns": [
                        {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                        {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas", "priority": 1},
                    ]}],
            },
        }))
        .unwrap();
    server
        .store()
        .create(json!({
            "apiVersion": "stable.example.com/v1", "kind": "CronTab",
            "metadata": {"namespace": "default", "name": "nightly"},
            "spec": {"cronSpec": "0 3 * * *", "replicas": 3, "rows": []},
        }))
        .unwrap();
    let table = watched(&home, &["crontabs", "-o", "table"], "1");
    assert_eq!(table, ["EVENT NAMESPACE NAME SPEC", "ADDED default nightly 0 3 * * *"]);
    let wide = watched(&home, &["crontabs", "-o", "wide"], "1");
    assert_eq!(wide[0], "EVENT NAMESPACE NAME SPEC REPLICAS");
    assert_eq!(wide[1], "ADDED default nightly 0 3 * * * 3");
}

#[test]
fn deletion_that_was_missed_is_a_row_that_says_so() {
    let (server, home) = cluster();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let mut command = watchables(&home);
    let arguments = ["watch", "pods", "-o", "table", "--count", "4"];
    let (mut child, lines) = start(command.args(arguments));
    let mut lines = lines.lines().map(|line| words(&line.unwrap()));
    // After the headings.
    let _: Vec<_> = lines.by_ref().take(2).collect();
    drop(server);
    // Without the pods, and at a later version.
    let server =
        EmbeddedServer::builder(newest_catalog()).port(port).history(1).start_in_thread().unwrap();
    for n in 0..20 {
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": n.to_string()}});
        server.store().create(node).unwrap();
    }
    let mut rest: Vec<_> = lines.collect();
    assert!(child.wait().unwrap().success());
    rest.sort();
    let unknown = "<unknown> <unknown> <unknown> <unknown> REPAIRED";
    let expected = [("default", "a"), ("kube-system", "b")]
        .map(|(namespace, name)| format!("DELETED {namespace} {name} {unknown}"));
    assert_eq!(rest, expected);
}

#[test]
fn options_of_columns_need_columns() {
    let (_server, home) = cluster();
    for option in ["--no-headers", "--show-labels"] {
        let output = run(watchables(&home).args(["watch", "pods", option]));
        assert_error(&output, &format!("{option} is about columns: use it with -o table"));
    }
    let output = run(watchables(&home).args(["watch", "pods", "--diff", "-o", "yaml"]));
    assert_error(&output, "use it with -o text, table or wide");
}

#[test]
fn nothing_is_printed_on_standard_output_if_there_are_no_objects() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "secrets", "-o", "table", "--for", "1s"]));
    assert!(output.status.success());
    assert_eq!(stdout(&output), [""; 0]);
}

#[test]
fn expressions_see_whole_objects_below_columns() {
    let (server, home) = cluster();
    let mut other = pod("default", "other");
    other["spec"]["containers"][0]["image"] = "nginx".into();
    server.store().create(other).unwrap();
    let chosen = "object.spec.containers[0].image == 'nginx'";
    let lines = watched(&home, &["pods", "-o", "table", "--where", chosen], "1");
    assert!(lines[1].starts_with("ADDED default other 0/1 "), "{lines:?}");
}

/// What is held back for its columns is not remembered as printed.
#[test]
fn table_goes_on_after_a_restart() {
    let (server, home) = cluster();
    let file = home.path().join("place");
    let arguments = ["pods", "-n", "default", "-o", "table", "--resume", file.to_str().unwrap()];
    let first = watched(&home, &arguments, "1");
    assert!(first[1].starts_with("ADDED a 0/1 "), "{first:?}");
    server.store().create(pod("default", "c")).unwrap();
    let second = watched(&home, &arguments, "1");
    assert_eq!(second[0], first[0]);
    assert!(second[1].starts_with("ADDED c 0/1 "), "{second:?}");
}
