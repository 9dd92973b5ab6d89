//! Runs the examples of stores as programs, without a cluster and with one, and checks what they print.
//!
//! Cargo builds the examples for `cargo test`, but not for `cargo test --test examples`, which runs what was built before.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tempfile::TempDir;
use watchables::Resource as _;
use watchables::rel_1_17::{self, Pod};

/// The limit of every wait: a program that takes longer hangs.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A running example, killed on drop.
struct Example {
    process: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    /// The home, in which there is at most the kubeconfig of a server.
    _home: TempDir,
}

impl Example {
    fn start(name: &str, server: Option<&EmbeddedServer>) -> Self {
        let this = std::env::current_exe().unwrap();
        let built = this.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
        let home = tempfile::tempdir().unwrap();
        if let Some(server) = server {
            fs::create_dir(home.path().join(".kube")).unwrap();
            fs::write(home.path().join(".kube/config"), server.kubeconfig()).unwrap();
        }
        let mut command = Command::new(built.join(name));
        command.env("HOME", home.path()).env_remove("KUBECONFIG");
        command.env_remove("KUBERNETES_SERVICE_HOST");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?}: {error}; build the examples first, with the features of this test")
        });
        let lines = read(process.stdout.take().unwrap());
        let errors = read(process.stderr.take().unwrap());
        Self { process, lines, errors, _home: home }
    }

    /// Returns the next lines that it prints.
    fn lines(&self, count: usize) -> Vec<String> {
        take(&self.lines, count)
    }

    /// The same where their order does not matter.
    fn sorted_lines(&self, count: usize) -> Vec<String> {
        let mut lines = self.lines(count);
        lines.sort();
        lines
    }
}

/// Reads lines in a thread.
fn read(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    let output = BufReader::new(output);
    thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
    lines
}

fn take(from: &Receiver<String>, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    while lines.len() < count {
        let line = from.recv_timeout(TIMEOUT);
        lines.push(line.unwrap_or_else(|error| panic!("{error} after {lines:?}")));
    }
    lines
}

impl Drop for Example {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn server() -> EmbeddedServer {
    EmbeddedServer::builder(rel_1_17::CATALOG).release("1.17").start_in_thread().unwrap()
}

fn create(server: &EmbeddedServer, name: &str, spec: &Value) {
    let metadata = json!({"namespace": "default", "name": name});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
    server.store().create(pod).unwrap();
}

fn update(server: &EmbeddedServer, name: &str, change: impl FnOnce(&mut Value)) {
    let mut pod = server.store().get(&Pod::RESOURCE, Some("default"), name).unwrap();
    change(&mut pod);
    server.store().update(pod).unwrap();
}

fn spec(node: Option<&str>) -> Value {
    json!({"nodeName": node, "containers": [{"name": "main", "image": "example"}]})
}

#[test]
fn node_pods_counts_the_pods_of_nodes_and_tells_moves() {
    let server = server();
    for (name, node) in [("a", Some("n1")), ("b", Some("n1")), ("c", Some("n2")), ("d", None)] {
        create(&server, name, &spec(node));
    }
    let program = Example::start("node_pods", Some(&server));
    assert_eq!(program.lines(3), ["bound to n1: 2", "bound to n2: 1", "not bound to a node: 1"]);
    let there = ["a is on n1", "b is on n1", "c is on n2", "d is on no node"];
    assert_eq!(program.sorted_lines(4), there.map(|line| format!("default/{line}")));
    update(&server, "d", |pod| pod["spec"]["nodeName"] = "n2".into());
    // This moves nothing, and nothing is told of it.
    update(&server, "a", |pod| pod["metadata"]["labels"]["x"] = "1".into());
    update(&server, "a", |pod| pod["spec"]["nodeName"] = "n2".into());
    create(&server, "e", &spec(Some("n3")));
    server.store().delete(&Pod::RESOURCE, Some("default"), "b").unwrap();
    assert_eq!(
        program.lines(4),
        [
            "default/d: no node → n2",
            "default/a: n1 → n2",
            "default/e is on n3",
            "default/b has left n1",
        ]
    );
}

#[test]
fn reconcile_brings_each_pod_in_line_and_tries_again_what_has_failed() {
    let server = server();
    create(&server, "a", &spec(None));
    // As the embedded server lets it be, and a real one would not.
    create(&server, "unfinished", &Value::Null);
    let program = Example::start("reconcile", Some(&server));
    assert_eq!(program.lines(1), ["default/a: in line, containers: 1"]);
    let failed = "default/unfinished: it has no spec yet; trying again in 1s";
    assert_eq!(take(&program.errors, 2), [failed; 2]);
    create(&server, "b", &spec(None));
    assert_eq!(program.lines(1), ["default/b: in line, containers: 1"]);
    update(&server, "unfinished", |pod| pod["spec"] = spec(None));
    assert_eq!(program.lines(1), ["default/unfinished: in line, containers: 1"]);
    server.store().delete(&Pod::RESOURCE, Some("default"), "a").unwrap();
    let gone = "default/a: gone, nothing is to be left of it";
    // What comes before it is that the Pod is being deleted.
    let is_told = (0..2).any(|_| program.lines(1) == [gone]);
    assert!(is_told, "{gone}");
}

#[test]
fn examples_run_without_a_cluster() {
    let program = Example::start("node_pods", None);
    let lines = program.sorted_lines(4);
    assert_eq!(lines[3], "not bound to a node: 3");
    for line in &lines[..3] {
        assert!(line.starts_with("kube-system/") && line.ends_with(" is on no node"), "{line}");
    }
    for line in Example::start("reconcile", None).lines(3) {
        let is_expected = line.ends_with(": in line, containers: 1");
        assert!(line.starts_with("kube-system/") && is_expected, "{line}");
    }
}
