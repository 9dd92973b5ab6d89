//! The configuration of a relay that runs is replaced.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::support::{World, config_map};

/// Pipelines, each with its name, more settings, and a file of its name.
fn yaml(world: &World, top: &str, pipelines: &[(&str, &str)]) -> String {
    let mut text =
        format!("checkpoints: {}\n{top}pipelines:\n", world.path("checkpoints").display());
    for (name, settings) in pipelines {
        let path = world.path(name);
        write!(text, "- name: {name}\n  watch: [{{resources: [configmaps], namespaces: [default]}}]\n{settings}  \
             to: {{file: {{path: {}}}}}\n",
            path.display()).unwrap();
    }
    text
}

/// What happens to some objects: type, name, and value.
struct Load {
    random: fastrand::Rng,
    present: [bool; 10],
    history: Vec<(String, String, String)>,
}

impl Load {
    fn new() -> Self {
        let random = fastrand::Rng::with_seed(5);
        Self { random, present: [false; 10], history: Vec::new() }
    }

    async fn run(&mut self, world: &World, changes: usize) {
        for _ in 0..changes {
            let at = self.random.usize(..self.present.len());
            let (name, value) = (format!("map-{at}"), self.history.len().to_string());
            let etype = if !self.present[at] {
                self.present[at] = true;
                world.create(config_map(&name, &value));
                "ADDED"
            } else if self.random.u8(..4) == 0 {
                self.present[at] = false;
                world.delete(&name);
                "DELETED"
            } else {
                world.update(config_map(&name, &value));
                "MODIFIED"
            };
            let value = if etype == "DELETED" { String::new() } else { value };
            self.history.push((etype.to_owned(), name, value));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

fn events(lines: &[Value]) -> Vec<(String, String, String)> {
    let text = |line: &Value, pointer: &str| {
        line.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let event = |line: &Value| {
        let etype = text(line, "/type");
        let value =
            if etype == "DELETED" { String::new() } else { text(line, "/object/data/value") };
        (etype, text(line, "/object/metadata/name"), value)
    };
    lines.iter().map(event).collect()
}

#[tokio::test]
async fn reloaded_under_load_it_relays_each_event_once_and_reads_none_twice() {
    let world = World::start().await;
    let mut load = Load::new();
    let first = yaml(&world, "", &[("kept", ""), ("changed", ""), ("removed", "")]);
    let running = world.run(&watch_relay::Config::parse(&first).unwrap());
    for at in 0..3 {
        running.until(at, |summary| summary.streams.iter().any(|stream| stream.is_live)).await;
    }
    load.run(&world, 50).await;
    for round in 0..8 {
        // A filter that is always true, and another one each time.
        let filter = format!("  filter: \"'{round}' != ''\"\n");
        let mut pipelines = vec![("changed", filter.as_str()), ("kept", "")];
        if round % 2 == 0 {
            pipelines.push(("added", ""));
        }
        let changes = running.reload(&yaml(&world, "# a comment\n", &pipelines)).unwrap();
        assert_eq!(
            (&*changes.changed, &*changes.unchanged),
            (&["changed".into()][..], &["kept".into()][..])
        );
        let added = ["added".to_owned()];
        let (expected_new, mut expected_gone) =
            if round % 2 == 0 { (&added[..], vec![]) } else { (&[][..], added.to_vec()) };
        if round == 0 {
            expected_gone.push("removed".to_owned());
        }
        assert_eq!((&*changes.added, changes.removed), (expected_new, expected_gone));
        load.run(&world, 20).await;
    }
    let changes = running.reload(&yaml(&world, "", &[("kept", ""), ("changed", "")])).unwrap();
    assert_eq!(changes.changed, ["changed"]);
    load.run(&world, 20).await;
    let count = load.history.len();
    for file in ["kept", "changed"] {
        assert_eq!(events(&world.lines_of(file, count).await), load.history, "{file}");
    }
    // What had been delivered was committed before the pipeline began anew, so that nothing came again.
    for name in ["kept", "changed"] {
        let instances = running.monitor.instances();
        let summary = instances.iter().find(|instance| instance.name == name).unwrap();
        assert_eq!((summary.received, summary.retries), (count as u64, 0), "{name}");
    }
    assert_eq!(running.monitor.instances().len(), 2);
    running.stop().await;
    // What was removed has the beginning of the same history.
    let removed = std::fs::read_to_string(world.path("removed")).unwrap();
    let lines: Vec<_> = removed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events(&lines), load.history[..lines.len()]);
    assert!(lines.len() >= 50, "{}", lines.len());
}

#[tokio::test]
async fn a_pipeline_that_did_not_change_keeps_its_watches() {
    let world = World::start().await;
    let running = world.run(&world.config("resources: [configmaps]", ""));
    running.until(0, |summary| summary.streams.iter().any(|stream| stream.is_live)).await;
    // A new watch would need one.
    world.refuse_new_connections();
    let text = world.yaml("resources: [configmaps]", "");
    let other = format!(
        "- name: other\n  watch: [{{resources: [pods]}}]\n  to: {{file: {{path: {}}}}}\n",
        world.path("other").display()
    );
    let changes = running.reload(&(text + &other)).unwrap();
    assert_eq!((changes.added, changes.unchanged), (vec!["other".into()], vec!["test".into()]));
    running.until(1, |summary| summary.failure.is_some()).await;
    for number in 1..=5 {
        world.create(config_map(&format!("map-{number}"), "1"));
        world.lines_are(number).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn what_is_removed_hands_its_file_over_to_what_is_new() {
    let world = World::start().await;
    world.create(config_map("a", "1"));
    let text = world.yaml("resources: [configmaps]", "");
    let running = world.run(&watch_relay::Config::parse(&text).unwrap());
    world.lines_are(1).await;
    // Under another name everything is relayed again; the file recognises what it has.
    let renamed = text.replace("name: test", "name: renamed");
    let changes = running.reload(&renamed).unwrap();
    assert_eq!((changes.added, changes.removed), (vec!["renamed".into()], vec!["test".into()]));
    world.create(config_map("b", "1"));
    world.lines_are(2).await;
    let summary = running.until(0, |summary| summary.received == 2).await;
    assert_eq!(summary.name, "renamed");
    running.stop().await;
}

#[tokio::test]
async fn a_faulty_configuration_changes_nothing() {
    let world = World::start().await;
    let text = world.yaml("resources: [configmaps]", "");
    let running = world.run(&watch_relay::Config::parse(&text).unwrap());
    running.until(0, |summary| summary.is_open).await;
    let letters = world.path("no-such-folder/letters");
    let hook = "- name: hook\n  watch: [{resources: [pods]}]\n  \
                to: {http: {url: 'http://127.0.0.1:1', bearerTokenFile: /no/such/token}}\n";
    for (faulty, part) in [
        (text.replace("namespaces: [default]", "namespaces: [default], labels: a=b"), "selectors"),
        (text.replace("name: test", "name: test\n  clusters: [nowhere]"), "nowhere"),
        (format!("deadLetters: {}\n{text}", letters.display()), "deadLetters"),
        (format!("{text}{hook}"), "\"hook\": to.http.bearerTokenFile: cannot read /no/such/token"),
    ] {
        assert_ne!(faulty, text);
        let error = running.reload(&faulty).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    world.create(config_map("a", "1"));
    world.lines_are(1).await;
    let summary = running.stop().await;
    assert_eq!((&*summary.name, summary.received), ("test", 1));
}

#[tokio::test]
async fn what_needs_a_restart_is_named_and_the_rest_takes_effect() {
    let world = World::start().await;
    let text = world.yaml("resources: [configmaps]", "");
    let running = world.run(&watch_relay::Config::parse(&text).unwrap());
    running.until(0, |summary| summary.is_open).await;
    let checkpoints = world.path("checkpoints").display().to_string();
    let changed = text.replace(&checkpoints, &format!("{checkpoints}-elsewhere"));
    let changed = format!("listen: 127.0.0.1:1\nunhealthyAfterSeconds: 7\n{changed}");
    for _ in 0..2 {
        let changes = running.reload(&changed).unwrap();
        assert_eq!(changes.need_restart, ["checkpoints", "listen"]);
        assert_eq!(changes.unchanged, ["test"]);
    }
    assert_eq!(running.monitor.unhealthy_after(), Duration::from_secs(7));
    assert!(!world.path("checkpoints-elsewhere").exists());
    assert!(running.reload(&text).unwrap().need_restart.is_empty());
    // Without checkpoints of its own it would do, but not with those of before.
    let replicas = "checkpoints: {nats: {url: 'nats://127.0.0.1:1'}}\nreplicas: {shards: 2}\npipelines:\n- name: test\n  \
                    watch: [{resources: [pods]}]\n  to: {http: {url: 'http://127.0.0.1:1'}}\n";
    assert_eq!(running.reload(replicas).unwrap().need_restart, ["checkpoints", "replicas"]);
    running.stop().await;
}

#[tokio::test]
async fn stopped_during_a_reload_it_delivers_and_commits_what_was_read() {
    let world = World::start().await;
    let text = world.yaml("resources: [configmaps]", "");
    let mut load = Load::new();
    let mut received = 0;
    for round in 0..5 {
        let running = world.run(&watch_relay::Config::parse(&text).unwrap());
        running.until(0, |summary| summary.streams.iter().any(|stream| stream.is_live)).await;
        load.run(&world, 20).await;
        let filter = format!("  filter: \"'{round}' != ''\"\n");
        running.reload(&world.yaml("resources: [configmaps]", &filter)).unwrap();
        received += running.stop().await.received;
    }
    let running = world.run(&watch_relay::Config::parse(&text).unwrap());
    let lines = world.lines_are(load.history.len()).await;
    assert_eq!(events(&lines), load.history);
    received += running.stop().await.received;
    assert_eq!(received, load.history.len() as u64, "nothing came again");
}
