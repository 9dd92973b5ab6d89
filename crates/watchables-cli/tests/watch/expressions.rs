//! `--where` and `--until`.

use std::io::BufRead as _;

use serde_json::json;

use crate::support::{
    assert_error, cluster, delete_pod, pod, run, start, stderr, stdout, watchables,
};

#[test]
fn only_events_for_which_it_is_true_are_printed() {
    let (server, home) = cluster();
    let chosen = "object.metadata.name.startsWith('b') || type == 'DELETED'";
    let mut command = watchables(&home);
    let (mut child, lines) =
        start(command.args(["watch", "pods", "--where", chosen, "--count", "3"]));
    server.store().create(pod("default", "c")).unwrap();
    server.store().create(pod("default", "b2")).unwrap();
    delete_pod(&server, "c");
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(printed, ["ADDED, default, b2", "DELETED, default, c"], "after b");
}

#[test]
fn object_before_is_that_of_the_event_before() {
    let (server, home) = cluster();
    let tier = |tier: &str| {
        let mut changed = pod("default", "a");
        changed["metadata"]["labels"] = json!({"app": "a", "tier": tier});
        changed
    };
    let chosen = "oldObject == null || (has(oldObject.metadata.labels.tier) && \
                  oldObject.metadata.labels.tier != object.metadata.labels.tier)";
    let arguments = ["watch", "pod", "a", "--where", chosen, "--count", "3", "-o", "json"];
    let mut command = watchables(&home);
    let (mut child, lines) = start(command.args(arguments));
    for text in ["x", "y", "y", "z"] {
        let mut changed = tier(text);
        changed["metadata"]["annotations"] = json!({"time": text});
        server.store().update(changed).unwrap();
    }
    let printed: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(child.wait().unwrap().success());
    let tiers: Vec<_> =
        printed.iter().map(|event| &event["object"]["metadata"]["labels"]["tier"]).collect();
    assert_eq!(tiers, ["y", "z"], "the first event has no object before");
}

#[test]
fn what_cannot_be_evaluated_is_left_out_and_said_once() {
    let (_server, home) = cluster();
    let chosen = "object.metadata.labels.tier == 'x'";
    let output = run(watchables(&home).args(["watch", "pods", "--where", chosen, "--for", "1s"]));
    assert!(output.status.success() && output.stdout.is_empty());
    let notice = stderr(&output);
    assert_eq!(notice.lines().count(), 1, "{notice}");
    assert!(
        notice.starts_with("watchables: --where counts as false for pod/")
            && notice.contains("there is no field \"tier\"")
            && notice.contains("write: has(object.metadata.labels.tier) && (…)"),
        "{notice}"
    );
    let chosen = "has(object.metadata.labels.tier) && object.metadata.labels.tier == 'x'";
    let output = run(watchables(&home).args(["watch", "pods", "--where", chosen, "--for", "1s"]));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn malformed_expressions_are_refused_before_anything_else() {
    let (_server, home) = cluster();
    for (arguments, text) in [
        (["--where", "pod.x"], "--where: \"pod\" is unknown; there are object, oldObject and type"),
        (["--until", "type ="], "--until: it is not CEL at character 6"),
        (["--where", "startsWit(type)"], "--where: the function \"startsWit\" is unknown"),
    ] {
        let output =
            run(watchables(&home).args(["watch", "nothing", "--context", "none"]).args(arguments));
        assert_error(&output, text);
    }
}

#[test]
fn watch_ends_with_success_after_the_event_of_until() {
    let (server, home) = cluster();
    let until = "type == 'DELETED'";
    let mut command = watchables(&home);
    let (mut child, lines) =
        start(command.args(["watch", "pod", "a", "--until", until, "--for", "50s"]));
    delete_pod(&server, "a");
    let printed: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(printed.last().unwrap(), "DELETED, default, a");
    // What exists counts, too.
    let until = "object.metadata.name == 'b'";
    let output = run(watchables(&home).args(["watch", "pods", "--until", until]));
    assert!(output.status.success());
    assert_eq!(stdout(&output), ["ADDED, kube-system, b"]);
}

#[test]
fn watch_that_ends_before_the_event_of_until_has_failed() {
    let (_server, home) = cluster();
    for (arguments, text) in [
        (["--for", "1s"].as_slice(), "is true within the time set by --for"),
        (&["--count", "1"], "is true among those that --count allows"),
        // Only printed events count.
        (&["--for", "1s", "--where", "false"], "is true within the time set by --for"),
        (&["--for", "1s", "--since-now"], "is true within the time set by --for"),
        (&["--for", "1s", "--only", "DELETED"], "is true within the time set by --for"),
    ] {
        let until = match arguments.len() {
            2 => "type == 'MODIFIED'",
            _ => "true",
        };
        let output =
            run(watchables(&home).args(["watch", "pods", "--until", until]).args(arguments));
        let error = assert_error(&output, text);
        assert!(
            error.contains(&format!("--until: there was no event for which {until:?}")),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn interrupt_before_the_event_of_until_is_a_failure() {
    let (_server, home) = cluster();
    let (child, _lines) =
        start(watchables(&home).args(["watch", "pods", "--until", "type == 'DELETED'"]));
    crate::support::send_signal(&child, rustix::process::Signal::INT);
    let (status, stderr) = crate::support::wait(child);
    assert_eq!(status.code(), Some(1));
    assert!(stderr.contains("is true before the interrupt"), "{stderr}");
}
