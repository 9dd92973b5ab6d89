//! Starts the command, and looks at what it prints.

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;
use watchables::{CatalogEntry, ResourceInfo, Scope};

/// Longer than any command in these tests takes.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) fn newest_catalog() -> Vec<CatalogEntry> {
    release_catalogs::catalog(release_catalogs::NEWEST).unwrap()
}

/// Returns a home directory without a kubeconfig.
pub(crate) fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Returns the command with this home directory and no cluster in its environment.
pub(crate) fn watchables(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchables"));
    command
        .env("HOME", home.path())
        .env_remove("KUBECONFIG")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command until it exits. Panics if it does not.
pub(crate) fn run(command: &mut Command) -> Output {
    let child = command.spawn().unwrap();
    let (sender, receiver) = mpsc::channel();
    let id = child.id();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(TIMEOUT).unwrap_or_else(|_| panic!("process {id} does not exit")).unwrap()
}

pub(crate) fn stdout(output: &Output) -> Vec<&str> {
    std::str::from_utf8(&output.stdout).unwrap().lines().collect()
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Asserts exit code 1 and a single `error:` line on stderr that contains the text. Returns it.
pub(crate) fn assert_error<'a>(output: &'a Output, text: &str) -> &'a str {
    let stderr = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(text), "{stderr}");
    stderr
}

/// Returns a server with two pods, and a home directory whose kubeconfig refers to it.
pub(crate) fn cluster() -> (EmbeddedServer, TempDir) {
    let server = EmbeddedServer::builder(newest_catalog()).start_in_thread().unwrap();
    for (namespace, name) in [("default", "a"), ("kube-system", "b")] {
        server.store().create(pod(namespace, name)).unwrap();
    }
    let home = home();
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), server.kubeconfig()).unwrap();
    (server, home)
}

pub(crate) fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
    })
}

/// Deletes a Pod of the namespace `default`.
pub(crate) fn delete_pod(server: &EmbeddedServer, name: &str) {
    let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    server.store().delete(&pods, Some("default"), name).unwrap();
}

/// Writes a kubeconfig for a server URL. Returns its path.
pub(crate) fn write_kubeconfig(home: &TempDir, url: &str) -> std::path::PathBuf {
    let path = home.path().join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\n\
         clusters: [{{name: c, cluster: {{server: \"{url}\"}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

/// Starts the command and waits for its first line.
pub(crate) fn start(command: &mut Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    (child, lines)
}

/// Waits until the process exits. Returns its status and stderr. Panics if it does not exit.
pub(crate) fn wait(mut child: Child) -> (ExitStatus, String) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        sender.send((child.wait().unwrap(), stderr))
    });
    receiver.recv_timeout(TIMEOUT).expect("the command does not exit")
}

#[cfg(unix)]
pub(crate) fn send_signal(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}
