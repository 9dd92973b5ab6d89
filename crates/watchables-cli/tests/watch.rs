//! The command, run as a user runs it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use rel_1_36::CATALOG;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any command here takes: one that is still there by then hangs.
const HANGS: Duration = Duration::from_mins(1);

/// A home without a kubeconfig.
fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The command, in a home of its own.
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

/// Runs to the end, which must come.
fn run(command: &mut Command) -> Output {
    let child = command.spawn().unwrap();
    let (tell, told) = mpsc::channel();
    let id = child.id();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    told.recv_timeout(HANGS).unwrap_or_else(|_| panic!("process {id} hangs")).unwrap()
}

fn stdout(output: &Output) -> Vec<&str> {
    std::str::from_utf8(&output.stdout).unwrap().lines().collect()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A failure is one line on stderr, no backtrace, and exit code 1.
fn failed<'a>(output: &'a Output, part: &str) -> &'a str {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("error: ") && told.contains(part), "{told}");
    told
}

/// A server with two pods, and a home whose kubeconfig leads to it.
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
fn without_a_kubeconfig_the_demo_cluster_is_watched_and_named() {
    let home = home();
    let output = run(watchables(&home).args(["watch", "pods", "namespaces", "--for", "3s"]));
    assert!(output.status.success());
    let told = stderr(&output);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("no kubeconfig found, so started the embedded demo cluster"), "{told}");
    let lines = stdout(&output);
    let of = |kind: &str| lines.iter().filter(|line| line.contains(kind)).count();
    assert!(of(", pod/") > 5 && of(", -, namespace/") >= 4, "{lines:?}");
    assert!(lines.contains(&"ADDED, kube-system, pod/coredns-854c77959c-mdw6w"), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("MODIFIED, ")), "{lines:?}");
}

#[test]
fn the_kubeconfig_counts_unless_the_demo_is_asked_for() {
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
fn resources_are_named_as_for_kubectl() {
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
fn namespace_and_selectors_narrow() {
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
    // As with kubectl, a namespace says nothing of kinds that have none.
    let output = run(watchables(&home).args(["watch", "ns", "-n", "default", "--count", "1"]));
    assert_eq!(stdout(&output), ["ADDED, -, default"]);
}

#[test]
fn json_is_a_document_a_line_in_the_wire_form() {
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
fn an_unknown_resource_is_told_with_the_nearest_names() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "deploments"]));
    let told = failed(&output, ": no resource \"deploments\"");
    assert!(told.contains("the nearest names are: deployments"), "{told}");
    let output = run(watchables(&home).args(["watch", "componentstatuses"]));
    failed(&output, "componentstatuses/v1 cannot be watched: it offers get, list, but no watch");
}

#[test]
fn a_wrong_kubeconfig_or_context_is_one_clear_line() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--context", "nowhere"]));
    failed(&output, "the kubeconfig ~/.kube/config has no context \"nowhere\"; it has: embedded");
    let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig", "/does/not/exist"]));
    failed(&output, "/does/not/exist");
    let broken = home.path().join("broken");
    let text = "users:\n- name: u\n  user:\n    token: s3cr3t\n    tokn; oops\nclusters: []\n";
    std::fs::write(&broken, text).unwrap();
    let output = run(watchables(&home).arg("watch").arg("pods").arg("--kubeconfig").arg(&broken));
    let told = failed(&output, "broken is no sound YAML: line ");
    assert!(!told.contains("s3cr3t"), "{told}");
    let output =
        run(watchables(&home).args(["watch", "pods"]).env("KUBECONFIG", "/does/not/exist"));
    failed(&output, "cannot read the kubeconfig /does/not/exist (from KUBECONFIG)");
    let empty = home.path().join("empty");
    std::fs::write(&empty, "apiVersion: v1\nkind: Config\n").unwrap();
    let output = run(watchables(&home).arg("watch").arg("pods").arg("--kubeconfig").arg(&empty));
    failed(&output, "names no current context; choose one with --context");
    let elsewhere = tempfile::tempdir().unwrap();
    let mut inside = watchables(&elsewhere);
    let output = run(inside.args(["watch", "pods"]).env("KUBERNETES_SERVICE_HOST", "10.0.0.1"));
    failed(&output, "cannot use the service account of this pod");
}

/// A kubeconfig that leads to a URL.
fn kubeconfig_of(home: &TempDir, url: &str) -> std::path::PathBuf {
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
fn a_server_that_is_not_there_is_one_clear_line() {
    // Bound, but it does not listen: the port stays ours, and connections are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let home = home();
    let kubeconfig = kubeconfig_of(&home, &url);
    let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig));
    failed(&output, &format!("the API server {url}/: "));
    failed(&output, "onnection refused");
}

#[test]
fn what_a_server_refuses_is_one_clear_line() {
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
        let kubeconfig = kubeconfig_of(&home, &url);
        let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig));
        let told = failed(&output, part);
        assert_eq!(told.matches(reason).count(), 1 + usize::from(message == reason), "{told}");
    }
}

#[test]
fn a_setting_that_is_wrong_is_named() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "-l", "a in b"]));
    failed(&output, "setting `label_selector`");
    let output = run(watchables(&home).args(["watch", "pods", "--for", "soon"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("write a time such as 10s"), "{}", stderr(&output));
}

/// Starts, and waits for the first line.
fn started(command: &mut Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut String::new()).unwrap();
    (child, lines)
}

fn ends(mut child: Child) -> (ExitStatus, String) {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        tell.send((child.wait().unwrap(), stderr))
    });
    told.recv_timeout(HANGS).expect("it hangs")
}

#[test]
fn whoever_stops_reading_ends_it_quietly_though_nothing_happens() {
    let (_server, home) = cluster();
    let (child, lines) = started(watchables(&home).args(["watch", "pods"]));
    drop(lines);
    let (status, stderr) = ends(child);
    assert!(status.success(), "{status}");
    assert_eq!(stderr, "");
}

#[cfg(unix)]
fn interrupt(child: &Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let (_server, home) = cluster();
        let (child, _lines) = started(watchables(&home).args(["watch", "pods"]));
        interrupt(&child, signal);
        let (status, stderr) = ends(child);
        assert!(status.success(), "{signal:?}: {status}");
        assert_eq!(stderr, "");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_while_nobody_reads_its_output() {
    let (server, home) = cluster();
    let text = "x".repeat(500_000);
    for n in 0..10 {
        let mut big = pod("default", &format!("big-{n}"));
        big["metadata"]["annotations"] = json!({"text": text});
        server.store().create(big).unwrap();
    }
    let mut child = watchables(&home).args(["watch", "pods", "-o", "json"]).spawn().unwrap();
    // More than a pipe holds: it blocks in the write.
    let out = child.stdout.take().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    interrupt(&child, rustix::process::Signal::INT);
    let (status, _) = ends(child);
    assert!(status.success(), "{status}");
    drop(out);
}

#[test]
fn an_interruption_is_told_and_that_it_is_over() {
    let (server, home) = cluster();
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let (mut child, mut lines) = started(watchables(&home).args(["watch", "pods", "--count", "5"]));
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        line
    };
    drop(server);
    let interrupted = line();
    assert!(interrupted.starts_with("watchables: pods/v1: "), "{interrupted}");
    assert!(interrupted.ends_with("; trying again until it is mended\n"), "{interrupted}");

    // Further on than the old one was, and without a history that reaches back to it.
    let server = EmbeddedServer::builder(CATALOG).port(port).history(1).start_in_thread().unwrap();
    for n in 0..20 {
        server
            .store()
            .create(
                json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": n.to_string()}}),
            )
            .unwrap();
    }
    assert_eq!(line(), "watchables: pods/v1: goes on, and nothing was lost\n");
    server.store().create(pod("default", "c")).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let told: Vec<_> = rest.lines().map(|line| line.rsplit_once(", ").unwrap().0).collect();
    // The new server has none of the old one's pods.
    assert_eq!(
        told,
        ["ADDED, kube-system", "DELETED, default", "DELETED, kube-system", "ADDED, default"]
    );
    assert!(child.wait().unwrap().success());
}
