//! Which events are printed, and how.

use std::io::BufRead as _;

use serde_json::Value;

use crate::support::{cluster, delete_pod, pod, run, start, stderr, stdout, watchables};

#[test]
fn events_are_chosen_by_type() {
    let (server, home) = cluster();
    let mut command = watchables(&home);
    let (mut child, lines) =
        start(command.args(["watch", "pods", "--only", "added,DELETED", "--count", "4"]));
    let mut changed = pod("default", "a");
    changed["metadata"]["labels"]["tier"] = "front".into();
    server.store().update(changed).unwrap();
    delete_pod(&server, "a");
    server.store().create(pod("default", "c")).unwrap();
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(
        printed,
        ["ADDED, kube-system, b", "DELETED, default, a", "ADDED, default, c"],
        "after the first"
    );
    let output = run(watchables(&home).args(["watch", "pods", "--only", "CHANGED"]));
    assert!(stderr(&output).contains("possible values: ADDED, MODIFIED, DELETED"));
}

#[test]
fn objects_that_exist_are_left_out() {
    let (server, home) = cluster();
    let mut command = watchables(&home);
    command.args(["watch", "pods", "--since-now", "--count", "1"]);
    let child = command.spawn().unwrap();
    // It is not known when it watches: each new object is one that it may print.
    let mut count = 0;
    let mut child = child;
    while child.try_wait().unwrap().is_none() {
        server.store().create(pod("default", &format!("new-{count}"))).unwrap();
        count += 1;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let lines = stdout(&output);
    assert!(lines.len() == 1 && lines[0].starts_with("ADDED, default, new-"), "{lines:?}");
}

#[test]
fn names_and_yaml_are_printed() {
    let (server, home) = cluster();
    let deployment = serde_json::json!(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}});
    server.store().create(deployment).unwrap();
    let output = run(watchables(&home).args([
        "watch",
        "pods/a",
        "deploy/web",
        "-o",
        "name",
        "--count",
        "2",
    ]));
    let mut lines = stdout(&output);
    lines.sort_unstable();
    assert_eq!(lines, ["deployment.apps/web", "pod/a"]);
    let output = run(watchables(&home).args(["watch", "pods", "-o", "yaml", "--count", "2"]));
    let text = String::from_utf8(output.stdout).unwrap();
    let documents: Vec<_> = text.split("---\n").skip(1).collect();
    assert_eq!(documents.len(), 2, "{text}");
    assert!(documents[0].starts_with("# ADDED\n"), "{text}");
    assert!(documents[0].contains("\n  name: a\n") && documents[0].ends_with('\n'), "{text}");
}

#[test]
fn times_are_printed() {
    let (_server, home) = cluster();
    let first = |arguments: &[&str]| {
        let output = run(watchables(&home).args(["watch", "pods", "--count", "1"]).args(arguments));
        stdout(&output)[0].to_owned()
    };
    for form in ["--timestamps", "--timestamps=absolute"] {
        let line = first(&[form]);
        let (time, event) = line.split_once(' ').unwrap();
        time.parse::<jiff::Timestamp>().unwrap();
        assert!(time.ends_with('Z') && event == "ADDED, default, a", "{line}");
    }
    for form in ["--timestamps=relative", "--timestamps=delta"] {
        let line = first(&[form]);
        let (seconds, event) = line.trim_start().split_once(' ').unwrap();
        seconds.parse::<f64>().unwrap();
        assert_eq!(event, "ADDED, default, a");
    }
    let event: Value = serde_json::from_str(&first(&["--timestamps", "-o", "json"])).unwrap();
    event["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(event["type"], "ADDED");
}

#[test]
fn colours_are_used_where_they_are_wanted() {
    let (_server, home) = cluster();
    let first = |variable: &str, arguments: &[&str]| {
        let mut command = watchables(&home);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        if !variable.is_empty() {
            command.env(variable, "1");
        }
        let output = run(command.args(["watch", "pods", "--count", "1"]).args(arguments));
        stdout(&output)[0].to_owned()
    };
    let green = "\u{1b}[32mADDED\u{1b}[0m, default, a";
    let plain = "ADDED, default, a";
    assert_eq!(first("", &[]), plain, "into a pipe");
    assert_eq!(first("CLICOLOR_FORCE", &[]), green);
    assert_eq!(first("NO_COLOR", &["--color", "always"]), green);
    assert_eq!(first("CLICOLOR_FORCE", &["--color=never"]), plain);
}
