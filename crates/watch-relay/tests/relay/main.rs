//! Relays of an embedded API server into files.

mod dead_letters;
mod metrics;
mod probes;
mod reload;
mod support;

use serde_json::{Value, json};
use watch_relay::Config;

use self::support::{World, config_map, pod};

fn types(lines: &[Value]) -> Vec<(String, String)> {
    let text =
        |line: &Value, pointer: &str| line.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    lines.iter().map(|line| (text(line, "/type"), text(line, "/object/metadata/name"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(etype, name)| ((*etype).to_owned(), (*name).to_owned())).collect()
}

#[tokio::test]
async fn every_event_is_written_once_over_restarts() {
    let world = World::start().await;
    let config = world.config("resources: [configmaps]", "");
    world.create(config_map("a", "1"));
    let running = world.run(&config);
    world.lines_are(1).await;
    world.update(config_map("a", "2"));
    world.lines_are(2).await;
    running.stop().await;
    // While it is down.
    world.create(config_map("b", "1"));
    world.delete("a");
    let running = world.run(&config);
    let lines = world.lines_are(4).await;
    assert_eq!(
        types(&lines),
        pairs(&[("ADDED", "a"), ("MODIFIED", "a"), ("ADDED", "b"), ("DELETED", "a")])
    );
    running.stop().await;
    let running = world.run(&config);
    world.create(config_map("c", "1"));
    let lines = world.lines_are(5).await;
    assert_eq!(types(&lines[4..]), pairs(&[("ADDED", "c")]));
    let summary = running.stop().await;
    assert_eq!((summary.delivered, summary.refused, summary.failure), (1, 0, None));
}

#[tokio::test]
async fn secrets_do_not_leave_the_cluster() {
    let world = World::start().await;
    let config = world.config("resources: [secrets, configmaps]", "  redact: [data.token]\n");
    let mut secret = config_map("s", "");
    secret["kind"] = "Secret".into();
    secret["data"] = json!({"password": "aHVudGVyMg=="});
    world.create(secret);
    let mut map = config_map("m", "1");
    map["data"]["token"] = "hunter3".into();
    world.create(map);
    let running = world.run(&config);
    let lines = world.lines_are(2).await;
    let text = Value::from(lines).to_string();
    assert!(!text.contains("aHVudGVyMg==") && !text.contains("hunter"), "{text}");
    assert!(text.contains("password") && text.contains("token"), "{text}");
    running.stop().await;
}

#[tokio::test]
async fn filters_compare_with_the_object_before_also_over_a_restart() {
    let world = World::start().await;
    let config = world.config(
        "resources: [pods]",
        "  filter: oldObject == null || object.status.phase != oldObject.status.phase\n  \
         form: {oldObject: true, diff: true}\n  fields: [status.phase]\n",
    );
    world.create(pod("a", "Pending"));
    let running = world.run(&config);
    world.lines_are(1).await;
    running.stop().await;
    let running = world.run(&config);
    let mut labelled = pod("a", "Pending");
    labelled["metadata"]["labels"] = json!({"a": "b"});
    world.update(labelled);
    world.update(pod("a", "Running"));
    let lines = world.lines_are(2).await;
    let line = &lines[1];
    assert_eq!(line["object"]["status"], json!({"phase": "Running"}));
    assert_eq!(line["oldObject"]["status"], json!({"phase": "Pending"}));
    assert!(line["object"].get("spec").is_none());
    let diff = line["diff"].to_string();
    assert!(diff.contains("Pending") && diff.contains("Running"), "{diff}");
    running.stop().await;
}

#[tokio::test]
async fn only_parts_that_were_asked_for_count_as_changes() {
    let world = World::start().await;
    let config = world.config("resources: [pods]", "  only: [status]\n  events: [MODIFIED]\n");
    world.create(pod("a", "Pending"));
    let running = world.run(&config);
    running.until(0, |summary| summary.received == 1).await;
    let mut labelled = pod("a", "Pending");
    labelled["metadata"]["labels"] = json!({"a": "b"});
    world.update(labelled);
    world.update(pod("a", "Running"));
    let lines = world.lines_are(1).await;
    assert_eq!(lines[0]["object"]["status"]["phase"], "Running");
    running.stop().await;
}

#[tokio::test]
async fn a_sink_that_fails_is_tried_again_and_others_go_on() {
    let world = World::start().await;
    let missing = world.path("missing");
    std::fs::write(&missing, "a file, where a folder is needed").unwrap();
    let text = world.yaml("resources: [configmaps]", "")
        + &format!(
            "- name: broken\n  watch: [{{resources: [configmaps]}}]\n  to: {{file: {{path: '{}/log.jsonl'}}}}\n",
            missing.display()
        );
    world.create(config_map("a", "1"));
    let running = world.run(&Config::parse(&text).unwrap());
    world.lines_are(1).await;
    let failing = running.until(1, |summary| summary.failure.is_some()).await;
    let failure = failing.failure.unwrap();
    assert!(failure.contains("log.jsonl"), "{failure}");
    std::fs::remove_file(&missing).unwrap();
    running.until(1, |summary| summary.delivered == 1).await;
    running.stop().await;
}

#[tokio::test]
async fn an_unknown_resource_is_named() {
    let world = World::start().await;
    let running = world.run(&world.config("resources: [widgets]", ""));
    let failing = running.until(0, |summary| summary.failure.is_some()).await;
    let failure = failing.failure.unwrap();
    assert!(failure.contains("widgets"), "{failure}");
    running.stop().await;
}
