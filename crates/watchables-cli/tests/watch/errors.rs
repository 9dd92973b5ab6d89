//! Errors, each in one line.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::support::{assert_error, cluster, home, run, stderr, watchables, write_kubeconfig};

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

#[test]
fn unreachable_server_is_a_one_line_error() {
    // Bound but not listening: no other process can take the port, and connections are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let home = home();
    let kubeconfig = write_kubeconfig(&home, &url);
    let output = run(watchables(&home).args(["watch", "pods", "--kubeconfig"]).arg(kubeconfig));
    assert_error(&output, &format!("the API server {url}: "));
    assert_error(&output, "onnection refused");
}

/// Starts a server that rejects every request. Returns its URL.
fn rejecting_server(code: u16, message: &'static str, reason: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
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
    url
}

#[test]
fn give_up_after_limits_the_wait_for_discovery() {
    let home = home();
    let url = rejecting_server(503, "etcd is away", "ServiceUnavailable");
    let kubeconfig = write_kubeconfig(&home, &url);
    for time in ["0", "1s"] {
        let mut command = watchables(&home);
        command.args(["watch", "pods", "--give-up-after", time, "--kubeconfig"]).arg(&kubeconfig);
        let output = run(&mut command);
        assert_eq!(output.status.code(), Some(1));
        // What is waited for comes before it.
        let error = stderr(&output).lines().last().unwrap();
        assert!(error.starts_with("error: the API server "), "{error}");
        assert!(error.ends_with("etcd is away (503 ServiceUnavailable)"), "{error}");
    }
}

#[test]
fn rejected_request_is_a_one_line_error() {
    for (code, message, part) in [
        (401, "Unauthorized", "Unauthorized (401 Unauthorized); check the credentials"),
        (403, "forbidden: User \\\"viewer\\\" cannot", "(403 Forbidden)"),
    ] {
        let reason = if code == 401 { "Unauthorized" } else { "Forbidden" };
        let home = home();
        let kubeconfig = write_kubeconfig(&home, &rejecting_server(code, message, reason));
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
