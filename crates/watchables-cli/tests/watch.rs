//! `watchables watch`, run as a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use rel_1_36::CATALOG;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any command in these tests takes.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Returns a home directory without a kubeconfig.
fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Returns the command with this home directory and no cluster in its environment.
fn watchables(home: &TempDir) -> Command {
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
fn run(command: &mut Command) -> Output {
    let child = command.spawn().unwrap();
    let (sender, receiver) = mpsc::channel();
    let id = child.id();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(TIMEOUT).unwrap_or_else(|_| panic!("process {id} does not exit")).unwrap()
}

fn stdout(output: &Output) -> Vec<&str> {
    std::str::from_utf8(&output.stdout).unwrap().lines().collect()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Asserts exit code 1 and a single `error:` line on stderr that contains the text. Returns it.
fn assert_error<'a>(output: &'a Output, text: &str) -> &'a str {
    let stderr = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(text), "{stderr}");
    stderr
}

/// Returns a server with two pods, and a home directory whose kubeconfig refers to it.
fn cluster() -> (EmbeddedServer, TempDir) {
    let server = EmbeddedServer::builder(CATALOG).start_in_thread().unwrap();
    for (namespace, name) in [("default", "a"), ("kube-system", "b")] {
        server.store().create(pod(namespace, name)).unwrap();
    }
    let home = home();
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), server.kubeconfig()).unwrap();
    (server, home)
}

fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "example"}]},
    })
}

#[test]
fn demo_cluster_is_watched_and_announced_without_a_kubeconfig() {
    let home = home();
    let output = run(watchables(&home).args(["watch", "pods", "namespaces", "--for", "3s"]));
    assert!(output.status.success());
    let notice = stderr(&output);
    assert_eq!(notice.lines().count(), 1, "{notice}");
    assert!(notice.contains("no kubeconfig found; started the embedded demo cluster"), "{notice}");
    let lines = stdout(&output);
    let count = |kind: &str| lines.iter().filter(|line| line.contains(kind)).count();
    assert!(count(", pod/") > 5 && count(", -, namespace/") >= 4, "{lines:?}");
    assert!(lines.contains(&"ADDED, kube-system, pod/coredns-854c77959c-mdw6w"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("MODIFIED, ")), "{lines:?}");
}

#[test]
fn kubeconfig_is_used_unless_demo_is_set() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--count", "2"]));
    assert!(output.status.success() && stderr(&output).is_empty());
    assert_eq!(stdout(&output), ["ADDED, default, a", "ADDED, kube-system, b"]);
    let output = run(watchables(&home).args(["watch", "pods", "--count", "3", "--demo"]));
    assert!(
        stderr(&output).starts_with("watchables: started the embedded demo cluster at http://")
    );
    assert_eq!(stdout(&output)[0], "ADDED, kube-system, coredns-854c77959c-mdw6w");
}

#[test]
fn resource_names_resolve_as_in_kubectl() {
    let (server, home) = cluster();
    let deployment =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}});
    server.store().create(deployment).unwrap();
    for (name, line) in [
        ("pods", "ADDED, default, a"),
        ("pod", "ADDED, default, a"),
        ("po", "ADDED, default, a"),
        ("Pod", "ADDED, default, a"),
        ("deploy", "ADDED, default, d"),
        ("deployments.apps", "ADDED, default, d"),
        ("deployments.v1.apps", "ADDED, default, d"),
    ] {
        let output = run(watchables(&home).args(["watch", name, "--count", "1"]));
        assert_eq!(stdout(&output), [line], "{name}: {}", stderr(&output));
    }
    let output = run(watchables(&home).args(["watch", "pods,deployments", "po", "--count", "3"]));
    let mut lines = stdout(&output);
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["ADDED, default, deployment/d", "ADDED, default, pod/a", "ADDED, kube-system, pod/b"]
    );
}

#[test]
fn namespace_and_selectors_filter_events() {
    let (_server, home) = cluster();
    for arguments in [
        &["-n", "kube-system"][..],
        &["--namespace=kube-system"],
        &["-l", "app=b"],
        &["--field-selector", "metadata.name=b"],
    ] {
        let output = run(watchables(&home).args(["watch", "pods", "--for", "1s"]).args(arguments));
        assert_eq!(stdout(&output), ["ADDED, kube-system, b"], "{arguments:?}");
    }
    // As in kubectl, the namespace does not apply to cluster-scoped resources.
    let output = run(watchables(&home).args(["watch", "ns", "-n", "default", "--count", "1"]));
    assert_eq!(stdout(&output), ["ADDED, -, default"]);
}

#[test]
fn json_output_is_one_wire_format_document_per_line() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "-o", "json", "--count", "2"]));
    let lines = stdout(&output);
    assert_eq!(lines.len(), 2);
    let event: Value = serde_json::from_str(lines[0]).unwrap();
    assert!(lines[0].starts_with(r#"{"type":"ADDED","object":{"#), "{}", lines[0]);
    assert_eq!(event["type"], "ADDED");
    assert_eq!(event["object"]["kind"], "Pod");
    assert_eq!(event["object"]["apiVersion"], "v1");
    assert_eq!(event["object"]["metadata"]["name"], "a");
    assert_eq!(event["object"]["spec"]["containers"][0]["image"], "example");
}

#[test]
fn unknown_resource_error_suggests_similar_names() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "deploments"]));
    let error = assert_error(&output, ": no resource \"deploments\"");
    assert!(error.contains("similar names: deployments"), "{error}");
    let output = run(watchables(&home).args(["watch", "componentstatuses"]));
    assert_error(
        &output,
        "componentstatuses/v1 cannot be watched: it supports get, list, but not watch",
    );
}

#[test]
fn invalid_kubeconfig_or_context_is_a_one_line_error() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--context", "nowhere"]));
    assert_error(
        &output,
        "the kubeconfig ~/.kube/config has no context \"nowhere\"; it has: embedded",
    );
    let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig", "/does/not/exist"]));
    assert_error(&output, "/does/not/exist");
    let broken = home.path().join("broken");
    let text = "users:\n- name: u\n  user:\n    token: s3cr3t\n    tokn; oops\nclusters: []\n";
    std::fs::write(&broken, text).unwrap();
    let output = run(watchables(&home).arg("watch").arg("pods").arg("--kubeconfig").arg(&broken));
    let error = assert_error(&output, "broken is not valid YAML: line ");
    assert!(!error.contains("s3cr3t"), "{error}");
    let output =
        run(watchables(&home).args(["watch", "pods"]).env("KUBECONFIG", "/does/not/exist"));
    assert_error(&output, "cannot read the kubeconfig /does/not/exist (from KUBECONFIG)");
    let empty = home.path().join("empty");
    std::fs::write(&empty, "apiVersion: v1\nkind: Config\n").unwrap();
    let output = run(watchables(&home).arg("watch").arg("pods").arg("--kubeconfig").arg(&empty));
    assert_error(&output, "has no current context; choose one with --context");
    let elsewhere = tempfile::tempdir().unwrap();
    let mut inside = watchables(&elsewhere);
    let output = run(inside.args(["watch", "pods"]).env("KUBERNETES_SERVICE_HOST", "10.0.0.1"));
    assert_error(&output, "cannot use the service account of this pod");
}

/// Writes a kubeconfig for a server URL. Returns its path.
fn write_kubeconfig(home: &TempDir, url: &str) -> std::path::PathBuf {
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

#[test]
fn unreachable_server_is_a_one_line_error() {
    // Bound but not listening: no other process can take the port, and connections are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let home = home();
    let kubeconfig = write_kubeconfig(&home, &url);
    let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig));
    assert_error(&output, &format!("the API server {url}/: "));
    assert_error(&output, "onnection refused");
}

#[test]
fn rejected_request_is_a_one_line_error() {
    for (code, message, part) in [
        (401, "Unauthorized", "Unauthorized (401 Unauthorized); check the credentials"),
        (403, "forbidden: User \\\"viewer\\\" cannot", "(403 Forbidden)"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let reason = if code == 401 { "Unauthorized" } else { "Forbidden" };
        std::thread::spawn(move || {
            while let Ok((mut connection, _)) = listener.accept() {
                let mut request = [0; 4096];
                let _ = connection.read(&mut request);
                let body = format!(
                    "{{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{{}},\"status\":\"Failure\",\
                     \"message\":\"{message}\",\"reason\":\"{reason}\",\"code\":{code}}}"
                );
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {code} No\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                let _ = connection.write_all((head + &body).as_bytes());
            }
        });
        let home = home();
        let kubeconfig = write_kubeconfig(&home, &url);
        let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig));
        let error = assert_error(&output, part);
        assert_eq!(error.matches(reason).count(), 1 + usize::from(message == reason), "{error}");
    }
}

#[test]
fn invalid_setting_error_names_the_setting() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "-l", "a in b"]));
    assert_error(&output, "setting `label_selector`");
    let output = run(watchables(&home).args(["watch", "pods", "--for", "soon"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected a duration such as 10s"), "{}", stderr(&output));
}

/// Starts the command and waits for its first line.
fn start(command: &mut Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    (child, lines)
}

/// Waits until the process exits. Returns its status and stderr. Panics if it does not exit.
fn wait(mut child: Child) -> (ExitStatus, String) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        sender.send((child.wait().unwrap(), stderr))
    });
    receiver.recv_timeout(TIMEOUT).expect("the command does not exit")
}

#[test]
fn closed_stdout_ends_an_idle_watch_without_an_error() {
    let (_server, home) = cluster();
    let (child, lines) = start(watchables(&home).args(["watch", "pods"]));
    drop(lines);
    let (status, stderr) = wait(child);
    assert!(status.success(), "{status}");
    assert_eq!(stderr, "");
}

#[cfg(unix)]
fn send_signal(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}

#[cfg(unix)]
#[test]
fn interrupt_ends_the_watch_with_success() {
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let (_server, home) = cluster();
        let (child, _lines) = start(watchables(&home).args(["watch", "pods"]));
        send_signal(&child, signal);
        let (status, stderr) = wait(child);
        assert!(status.success(), "{signal:?}: {status}");
        assert_eq!(stderr, "");
    }
}

#[cfg(unix)]
#[test]
fn interrupt_ends_the_watch_while_stdout_is_blocked() {
    let (server, home) = cluster();
    let text = "x".repeat(500_000);
    for n in 0..10 {
        let mut big = pod("default", &format!("big-{n}"));
        big["metadata"]["annotations"] = json!({"text": text});
        server.store().create(big).unwrap();
    }
    let mut child = watchables(&home).args(["watch", "pods", "-o", "json"]).spawn().unwrap();
    // More than the pipe's capacity, so that the write blocks.
    let stdout = child.stdout.take().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    send_signal(&child, rustix::process::Signal::INT);
    let (status, _) = wait(child);
    assert!(status.success(), "{status}");
    drop(stdout);
}

#[test]
fn interruption_and_recovery_are_reported() {
    let (server, home) = cluster();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let (mut child, mut lines) = start(watchables(&home).args(["watch", "pods", "--count", "5"]));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        line
    };
    drop(server);
    let interrupted = line();
    assert!(interrupted.starts_with("watchables: pods/v1: "), "{interrupted}");
    assert!(
        interrupted.contains("; next try in ") || interrupted.contains("; trying"),
        "{interrupted}"
    );

    // At a later resource version than the old server, with a history that begins after it.
    let server = EmbeddedServer::builder(CATALOG).port(port).history(1).start_in_thread().unwrap();
    for n in 0..20 {
        server
            .store()
            .create(
                json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": n.to_string()}}),
            )
            .unwrap();
    }
    assert_eq!(line(), "watchables: pods/v1: watching again, nothing was missed\n");
    server.store().create(pod("default", "c")).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let events: Vec<_> = rest.lines().map(|line| line.rsplit_once(", ").unwrap().0).collect();
    // The new server has none of the old server's pods.
    assert_eq!(
        events,
        ["ADDED, kube-system", "DELETED, default", "DELETED, kube-system", "ADDED, default"]
    );
    assert!(child.wait().unwrap().success());
}
