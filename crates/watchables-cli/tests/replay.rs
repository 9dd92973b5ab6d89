//! `watchables replay`, run as a process, and `watchables watch` as its client.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

fn watchables(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchables"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn object(kind: &str, name: &str, version: u64) -> Value {
    let (api_version, namespace) =
        if kind == "Pod" { ("v1", Some("shop")) } else { ("example.com/v1", None) };
    json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "uid": format!("uid-of-{name}"),
                     "resourceVersion": version.to_string()},
    })
}

/// Writes a recording of a Pod and a custom resource: their state in second 1, and an event in the seconds 10, 20
/// and 30.
fn record(folder: &TempDir) -> String {
    let time = |second: u64| format!("2026-01-02T00:00:{second:02}Z");
    let (pods, gateways) = ("pods/v1", "gateways");
    let event = |second, etype: &str, origin: &str, object: Value| {
        let source = if object["kind"] == "Pod" { pods } else { gateways };
        json!({"type": etype, "time": time(second), "source": source, "origin": origin, "object": object})
    };
    let position = |source: &str| json!({"type": "POSITION", "time": time(1), "source": source, "version": "100", "synced": true});
    let lines = [
        json!({
            "type": "HEADER", "format": "watchables-recording", "version": "1.0", "time": time(0),
            "release": "1.37",
            "resources": [
                {"source": pods, "group": "", "version": "v1", "kind": "Pod", "plural": "pods",
                 "scope": "Namespaced"},
                {"source": gateways, "group": "example.com", "version": "v1", "kind": "Gateway",
                 "plural": "gateways", "scope": "Cluster"},
            ],
        }),
        event(1, "ADDED", "initial", object("Pod", "web", 70)),
        position(pods),
        event(1, "ADDED", "initial", object("Gateway", "public", 80)),
        position(gateways),
        event(10, "ADDED", "live", object("Pod", "api", 105)),
        event(20, "MODIFIED", "live", object("Gateway", "public", 103)),
        event(30, "DELETED", "live", object("Pod", "web", 110)),
    ];
    let text = lines.map(|line| line.to_string()).join("\n") + "\n";
    let path = folder.path().join("day.jsonl");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A replay, which is killed on drop.
struct Replay {
    child: Child,
    stderr: BufReader<ChildStderr>,
    kubeconfig: String,
}

impl Drop for Replay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Replay {
    /// Starts one, which says what it shows in the first line.
    fn start(folder: &TempDir, args: &[&str], shown: &str) -> Self {
        let kubeconfig = folder.path().join("config").to_str().unwrap().to_owned();
        let recording = record(folder);
        let mut all = vec!["replay", &recording, "--kubeconfig", &kubeconfig];
        all.extend(args);
        let mut child = watchables(&all).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut replay = Self { child, stderr, kubeconfig };
        let line = replay.line();
        assert!(line.contains("has pods, gateways.example.com; shown "), "{line}");
        assert!(line.ends_with(shown), "{line}");
        let line = replay.line();
        assert!(line.starts_with("watchables: serving at http://127.0.0.1:"), "{line}");
        assert!(line.ends_with("get pods -A -w"), "{line}");
        replay
    }

    /// Returns the next line of standard error, without its end.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stderr.read_line(&mut line).unwrap(), 0, "it ended");
        line.trim_end().to_owned()
    }

    fn press(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{text}").unwrap();
        stdin.flush().unwrap();
    }

    /// Returns the first lines that a watch of all recorded resources prints, sorted.
    fn watched(&self, count: usize) -> Vec<String> {
        let output = self.watch(count).wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let mut lines: Vec<_> =
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    fn watch(&self, count: usize) -> Child {
        let (count, config) = (count.to_string(), self.kubeconfig.as_str());
        let resources = "pods,gateways.example.com";
        let args = ["watch", resources, "--count", &count, "--for", "60s", "--kubeconfig", config];
        watchables(&args).spawn().unwrap()
    }
}

#[test]
fn steps_are_printed_and_seen_by_a_watch() {
    let folder = tempfile::tempdir().unwrap();
    let shown = "from 2026-01-02T00:00:01Z to 2026-01-02T00:00:30Z; Enter is one event, a number that many, q the end";
    let mut replay = Replay::start(&folder, &["--step"], shown);
    let mut watch = replay.watch(5);
    let mut seen = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut state = [seen.next().unwrap(), seen.next().unwrap()];
    state.sort();
    assert_eq!(state, ["ADDED, -, gateway/public", "ADDED, shop, pod/web"]);
    for (pressed, step, line) in [
        ("", "2026-01-02T00:00:10Z ADDED pods shop/api @105", "ADDED, shop, pod/api"),
        (
            "1",
            "2026-01-02T00:00:20Z MODIFIED gateways.example.com public @103",
            "MODIFIED, -, gateway/public",
        ),
        ("2", "2026-01-02T00:00:30Z DELETED pods shop/web @110", "DELETED, shop, pod/web"),
    ] {
        replay.press(pressed);
        assert_eq!(replay.line(), step);
        assert_eq!(seen.next().unwrap(), line);
    }
    assert!(watch.wait().unwrap().success());
    let end = replay.line();
    assert_eq!(end, "watchables: the state stays as it was at 2026-01-02T00:00:30Z, until Ctrl-C");
    assert_eq!(replay.watched(2), ["ADDED, -, gateway/public", "ADDED, shop, pod/api"]);
    let id = i32::try_from(replay.child.id()).ok().and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(id.unwrap(), rustix::process::Signal::INT).unwrap();
    assert!(replay.child.wait().unwrap().success());
}

#[test]
fn other_input_than_steps_is_explained_and_q_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::start(&folder, &["--step", "--until", "+20s"], "q the end");
    replay.press("next");
    assert_eq!(replay.line(), "watchables: press Enter, or type a number of events, or q");
    replay.press("q");
    assert!(replay.child.wait().unwrap().success());
}

#[test]
fn state_at_a_time_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = Replay::start(&folder, &["--at", "+15s"], "as it was at 2026-01-02T00:00:15Z");
    assert!(replay.line().contains("the state stays as it was at 2026-01-02T00:00:15Z"));
    assert_eq!(
        replay.watched(3),
        ["ADDED, -, gateway/public", "ADDED, shop, pod/api", "ADDED, shop, pod/web"]
    );
}

#[test]
fn whole_recording_is_replayed_at_a_speed() {
    let folder = tempfile::tempdir().unwrap();
    let shown = "from 2026-01-02T00:00:01Z to 2026-01-02T00:00:30Z at speed 1000";
    let mut replay = Replay::start(&folder, &["--speed", "1000"], shown);
    assert!(replay.line().contains("the state stays as it was at 2026-01-02T00:00:30Z"));
    assert_eq!(replay.watched(2), ["ADDED, -, gateway/public", "ADDED, shop, pod/api"]);
}

#[test]
fn what_cannot_be_replayed_is_a_one_line_error() {
    let folder = tempfile::tempdir().unwrap();
    let recording = record(&folder);
    let other = folder.path().join("other").to_str().unwrap().to_owned();
    std::fs::write(&other, "apiVersion: v1\n").unwrap();
    let range =
        "is outside of the recording, which is from 2026-01-02T00:00:00Z to 2026-01-02T00:00:30Z";
    for (args, code, part) in [
        (&["/nowhere/day.jsonl"][..], 1, "cannot open the recording /nowhere/day.jsonl"),
        (&[&other], 1, "is not a recording"),
        (&[&recording, "--at", "2027-01-01T00:00:00Z"], 1, range),
        (&[&recording, "--from", "+31s"], 1, range),
        (&[&recording, "--from", "+20s", "--until", "+10s"], 1, "before it begins"),
        (&[&recording, "--speed", "0"], 2, "expected a number above 0"),
        (&[&recording, "--at", "noon"], 2, "expected a time such as"),
    ] {
        let output = watchables(&[&["replay"], args].concat()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(part), "{stderr}");
        assert!(code == 2 || stderr.lines().count() == 1, "{stderr}");
    }
}
