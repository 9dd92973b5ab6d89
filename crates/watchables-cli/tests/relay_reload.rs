//! `watchables relay --config` as a process whose configuration file changes.
#![cfg(unix)]

#[allow(dead_code, reason = "shared with the tests of `watch`, which use all of it")]
#[path = "watch/support.rs"]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use embedded_apiserver::EmbeddedServer;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::support::{TIMEOUT, cluster, send_signal, watchables};

/// A relay with its file, mounted as a `ConfigMap` is: a link into a folder that is a link itself.
struct Relay {
    server: EmbeddedServer,
    home: TempDir,
    child: Child,
    log: Receiver<String>,
    versions: u32,
    /// The names of what was created.
    created: Vec<String>,
}

impl Relay {
    fn start() -> Self {
        let (server, home) = cluster();
        mount(&home, 0, &yaml(&home, "", &["first"]));
        let mut command = watchables(&home);
        command.args(["relay", "--config"]).arg(mounted(&home));
        let mut child = command.spawn().unwrap();
        let (sender, log) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The test may be over.
                let _ = sender.send(line);
            }
        });
        let relay = Self { server, home, child, log, versions: 0, created: Vec::new() };
        relay.says("relaying configmaps to");
        relay
    }

    fn mount(&mut self, text: &str) {
        self.versions += 1;
        mount(&self.home, self.versions, text);
    }

    /// Waits for a line of the log.
    fn says(&self, part: &str) -> String {
        let end = Instant::now() + TIMEOUT;
        let mut seen = Vec::new();
        loop {
            let line = self.log.recv_timeout(end.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("{part} is not in {seen:#?}"));
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
    }

    fn create(&mut self) {
        let name = format!("map-{}", self.created.len());
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"namespace": "default", "name": name}});
        self.server.store().create(map).unwrap();
        self.created.push(name);
    }

    fn load(&mut self, count: usize) {
        for _ in 0..count {
            self.create();
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// The names in a file, which is waited for until it has as many as were created.
    fn names_in(&self, pipeline: &str) -> Vec<String> {
        let end = Instant::now() + TIMEOUT;
        loop {
            let text = fs::read_to_string(self.home.path().join(pipeline)).unwrap_or_default();
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            let lines = text[..whole].lines();
            let names: Vec<_> = lines
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .map(|line| line["object"]["metadata"]["name"].as_str().unwrap().to_owned())
                .collect();
            if names.len() >= self.created.len() || Instant::now() > end {
                return names;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(mut self) {
        send_signal(&self.child, Signal::TERM);
        assert!(self.child.wait().unwrap().success());
    }
}

fn mounted(home: &TempDir) -> PathBuf {
    home.path().join("etc/relay.yaml")
}

fn mount(home: &TempDir, version: u32, text: &str) {
    let path = |name: &str| home.path().join("etc").join(name);
    let folder = path(&format!("..{version}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("relay.yaml"), text).unwrap();
    let link = |to: &Path, name: &str| {
        std::os::unix::fs::symlink(to, path("..data_tmp")).unwrap();
        fs::rename(path("..data_tmp"), path(name)).unwrap();
    };
    link(&folder, "..data");
    if version == 0 {
        link("..data/relay.yaml".as_ref(), "relay.yaml");
    } else {
        fs::remove_dir_all(path(&format!("..{}", version - 1))).unwrap();
    }
}

fn yaml(home: &TempDir, top: &str, pipelines: &[&str]) -> String {
    let checkpoints = home.path().join("checkpoints");
    let mut text = format!("checkpoints: {}\n{top}pipelines:\n", checkpoints.display());
    for name in pipelines {
        let path = home.path().join(name);
        write!(
            text,
            "- name: {name}\n  watch: [{{resources: [configmaps], namespaces: [default]}}]\n  \
             to: {{file: {{path: '{}'}}}}\n",
            path.display()
        )
        .unwrap();
    }
    text
}

#[test]
fn a_swapped_link_and_sighup_reload_and_each_event_is_relayed_once() {
    let mut relay = Relay::start();
    relay.load(20);
    let text = yaml(&relay.home, "", &["first", "second"]);
    relay.mount(&text);
    relay.load(100);
    let line = relay.says("the configuration was reloaded");
    assert!(line.contains("new: second; unchanged pipelines: 1"), "{line}");
    relay.load(20);
    // The same contents at once, without waiting for the next look at the file.
    send_signal(&relay.child, Signal::HUP);
    let line = relay.says("the configuration was reloaded");
    assert!(line.contains("unchanged pipelines: 2"), "{line}");
    relay.load(20);
    for pipeline in ["first", "second"] {
        let mut names = relay.names_in(pipeline);
        names.sort_unstable();
        relay.created.sort_unstable();
        assert_eq!(names, relay.created, "{pipeline}");
    }
    let text = yaml(&relay.home, "", &["second"]);
    relay.mount(&text);
    let line = relay.says("the configuration was reloaded");
    assert!(line.contains("removed: first; unchanged pipelines: 1"), "{line}");
    relay.create();
    assert_eq!(relay.names_in("second").len(), relay.created.len());
    relay.stop();
}

#[test]
fn a_faulty_file_is_named_and_what_was_there_before_goes_on() {
    let mut relay = Relay::start();
    relay.load(5);
    let text = yaml(&relay.home, "", &["first"]).replace("watch:", "wach:");
    relay.mount(&text);
    let line = relay.says("is not reloaded");
    for part in ["ERROR", "relay.yaml", "line 4", "wach"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    relay.load(5);
    assert_eq!(relay.names_in("first").len(), 10);
    // A cluster whose kubeconfig is missing, and a key that needs a restart.
    let text = yaml(&relay.home, "clusters: [{name: a, kubeconfig: /no/such/file}]\n", &["first"]);
    relay.mount(&text.replace("/first", "/{cluster}"));
    let line = relay.says("is not reloaded");
    assert!(line.contains("cluster \"a\"") && line.contains("/no/such/file"), "{line}");
    let text = yaml(&relay.home, "listen: 127.0.0.1:0\n", &["first"]);
    relay.mount(&text);
    relay.says("was reloaded");
    let line = relay.says("restart the relay");
    assert!(line.contains("WARN") && line.ends_with(": listen"), "{line}");
    relay.load(5);
    assert_eq!(relay.names_in("first").len(), 15);
    relay.stop();
}
