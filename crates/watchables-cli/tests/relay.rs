//! `watchables relay` as a process: killed under load, stopped, and given what it cannot use.

#[allow(dead_code, reason = "shared with the tests of `watch`, which use all of it")]
#[path = "watch/support.rs"]
mod support;

use std::collections::{HashMap, HashSet};
use std::io::BufRead as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tempfile::TempDir;
use watchables::{ResourceInfo, Scope};

use self::support::{cluster, watchables};

const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);

const KILLS: usize = 10;

fn relay(home: &TempDir) -> Child {
    let to = format!("file://{}", home.path().join("log.jsonl").display());
    let mut command = watchables(home);
    command.args(["relay", "configmaps", "-n", "default", "--to", &to, "--checkpoints"]);
    command.arg(home.path().join("checkpoints"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads the whole lines of the log: uid, version or `deleted`.
fn log(home: &TempDir) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(home.path().join("log.jsonl")).unwrap_or_default();
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = text[..whole].lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|line| {
            let text = |name: &str| line["object"]["metadata"][name].as_str().unwrap().to_owned();
            let version = match line["type"].as_str() {
                Some("DELETED") => "deleted".to_owned(),
                _ => text("resourceVersion"),
            };
            (text("uid"), version)
        })
        .collect()
}

fn map(name: &str, value: u32) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"value": value.to_string()},
        "metadata": {"namespace": "default", "name": name}})
}

/// Creates, changes and deletes objects, and returns what happened.
fn load(
    server: &EmbeddedServer,
    random: &mut fastrand::Rng,
    time: Duration,
) -> Vec<(String, String)> {
    let began = Instant::now();
    let mut history = Vec::new();
    while began.elapsed() < time {
        let name = format!("map-{}", random.u8(..20));
        let store = server.store();
        let text =
            |object: &Value, name: &str| object["metadata"][name].as_str().unwrap().to_owned();
        let exists = store.get(&MAPS, Some("default"), &name).is_ok();
        let (object, is_deleted) = match exists {
            false => (store.create(map(&name, 0)), false),
            true if random.u8(..4) == 0 => (store.delete(&MAPS, Some("default"), &name), true),
            true => (store.update(map(&name, random.u32(..))), false),
        };
        let object = object.unwrap();
        let version =
            if is_deleted { "deleted".to_owned() } else { text(&object, "resourceVersion") };
        history.push((text(&object, "uid"), version));
        std::thread::sleep(Duration::from_millis(3));
    }
    history
}

fn by_object(events: &[(String, String)]) -> HashMap<&str, Vec<&str>> {
    let mut objects: HashMap<&str, Vec<&str>> = HashMap::new();
    for (uid, version) in events {
        objects.entry(uid).or_default().push(version);
    }
    objects
}

#[test]
fn killed_under_load_it_relays_each_event_once() {
    let (server, home) = cluster();
    let mut random = fastrand::Rng::with_seed(3);
    let first = server.store().create(map("first", 0)).unwrap();
    let mut running = relay(&home);
    let began = Instant::now();
    // Its first state has to be committed: before that, there is nothing to go on from.
    let is_committed = || {
        let streams = watchables::Checkpoints::look_at(home.path().join("checkpoints"));
        streams.is_ok_and(|streams| {
            streams.iter().any(|stream| stream.has_synced && !stream.objects.is_empty())
        })
    };
    while !is_committed() {
        assert!(began.elapsed() < support::TIMEOUT, "nothing is committed");
        std::thread::sleep(Duration::from_millis(20));
    }
    let uid = |object: &Value| object["metadata"]["uid"].as_str().unwrap().to_owned();
    let version = first["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let mut history = vec![(uid(&first), version)];
    for _ in 0..KILLS {
        let time = Duration::from_millis(random.u64(50..900));
        history.extend(load(&server, &mut random, time));
        running.kill().unwrap();
        running.wait().unwrap();
        history.extend(load(&server, &mut random, Duration::from_millis(30)));
        running = relay(&home);
    }
    let began = Instant::now();
    while log(&home).len() < history.len() && began.elapsed() < support::TIMEOUT {
        std::thread::sleep(Duration::from_millis(50));
    }
    support::send_signal(&running, rustix::process::Signal::TERM);
    assert!(running.wait().unwrap().success());
    let log = log(&home);
    let mut seen = HashSet::new();
    let twice: Vec<_> = log.iter().filter(|event| !seen.insert(*event)).collect();
    assert!(twice.is_empty(), "written twice: {twice:?}");
    assert_eq!(by_object(&log), by_object(&history), "each object's events, in order");
}

#[test]
fn what_cannot_be_used_is_said() {
    let (_server, home) = cluster();
    let config = home.path().join("relay.yaml");
    let said = |args: &[&str]| {
        let output = watchables(&home).arg("relay").args(args).output().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let path = config.display().to_string();
    std::fs::write(&config, "pipelines:\n- name: a\n  wach: []\n").unwrap();
    let error = said(&["--config", &path, "--check"]);
    assert!(
        error.contains("relay.yaml") && error.contains("wach") && error.contains("line 3"),
        "{error}"
    );
    let error = said(&["--to", "ftp://user:hunter2@host"]);
    assert!(error.contains("nats://") && !error.contains("hunter2"), "{error}");
    let error = said(&["--to", "-", "--filter", "pod.status == 1"]);
    assert!(error.contains("\"pod\" is unknown"), "{error}");
}

#[test]
fn a_configuration_is_only_checked() {
    let (_server, home) = cluster();
    let config = home.path().join("relay.yaml");
    let text = "checkpoints: no/such/folder/checkpoints\npipelines:\n- name: a\n  watch: [{resources: [pods]}]\n  \
                to: {nats: {url: 'nats://127.0.0.1:1'}}\n";
    std::fs::write(&config, text).unwrap();
    let output =
        watchables(&home).args(["relay", "--check", "--config"]).arg(&config).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_log_is_json_if_that_is_asked_for() {
    let (_server, home) = cluster();
    let missing = home.path().join("file");
    std::fs::write(&missing, "where a folder is needed").unwrap();
    let to = format!("file://{}/log.jsonl", missing.display());
    let mut command = watchables(&home);
    command.args(["relay", "--log", "json", "--to", &to, "--checkpoints"]);
    command.arg(home.path().join("checkpoints")).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap).filter(|line| line.starts_with('{'));
    let line: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!((&line["level"], &line["pipeline"]), (&"WARN".into(), &"relay".into()));
    assert!(line["message"].as_str().unwrap().contains("log.jsonl"), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What is relayed into nothing would count as delivered.
#[cfg(unix)]
#[test]
fn closed_output_is_an_error() {
    let (_server, home) = cluster();
    let mut shell = std::process::Command::new("sh");
    let program = env!("CARGO_BIN_EXE_watchables");
    shell.args(["-c", &format!("exec {program} relay pods --to - --checkpoints x.redb >&-")]);
    shell.env("HOME", home.path()).env_remove("KUBECONFIG").current_dir(home.path());
    let output = support::run(shell.stdin(Stdio::null()).stderr(Stdio::piped()));
    support::assert_error(&output, "standard output is closed, and a pipeline writes to it");
    assert!(!home.path().join("x.redb").exists());
}
