//! The commands that write recordings and look back in them, as processes.

mod kills;
mod looking_back;
mod refusals;
#[allow(dead_code, reason = "shared with the tests of `watch`, which use all of it")]
#[path = "../watch/support.rs"]
mod support;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tempfile::TempDir;
use watch_recording::Recording;
use watchables::{ResourceInfo, Scope};

const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// Returns the path of a recording in the home directory.
fn file(home: &TempDir, name: &str) -> PathBuf {
    home.path().join(name)
}

/// Starts to record a resource into a file. What it prints is dropped.
fn record(home: &TempDir, resource: &str, name: &str, more: &[&str]) -> Child {
    let mut command = support::watchables(home);
    command.args(["record", resource, "-A", "-o"]).arg(file(home, name)).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs the command on a recording.
fn on(home: &TempDir, args: &[&str], name: &str) -> Command {
    let mut command = support::watchables(home);
    command.args(args).arg("-f").arg(file(home, name));
    command
}

/// Waits until a recording has an object at a version.
fn wait_for(home: &TempDir, name: &str, object: &Value) {
    let version = object["metadata"]["resourceVersion"].as_str().unwrap();
    let needle = format!(r#""resourceVersion":"{version}""#);
    let deadline = std::time::Instant::now() + support::TIMEOUT;
    while std::time::Instant::now() < deadline {
        let found = Recording::open(file(home, name)).is_ok_and(|recording| {
            recording.entries().flatten().any(|entry| {
                matches!(entry.what, watch_recording::EntryKind::Event { object, .. }
                    if String::from_utf8_lossy(&object).contains(&needle))
            })
        });
        if found {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("version {version} is not recorded");
}

/// Changes a Pod's image, and returns it.
fn set_image(server: &EmbeddedServer, namespace: &str, name: &str, image: &str) -> Value {
    let mut pod = server.store().get(&PODS, Some(namespace), name).unwrap();
    pod["spec"]["containers"] = json!([{"name": "main", "image": image}]);
    server.store().update(pod).unwrap()
}

/// Stops a recorder as Ctrl-C does.
fn stop(child: Child) {
    support::send_signal(&child, rustix::process::Signal::INT);
    let mut child = child;
    assert!(child.wait().unwrap().success());
}
