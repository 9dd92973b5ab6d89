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
    assert_error(
        &output,
        "cannot read the kubeconfig /does/not/exist (from KUBECONFIG): No such file",
    );
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
    let error = assert_error(&output, "onnection refused");
    assert!(error.ends_with("; `watchables doctor` shows what is wrong\n"), "{error}");
}

#[test]
fn errors_of_the_arguments_are_not_the_servers() {
    let (_server, home) = cluster();
    for (word, error) in [
        ("pods/", "error: \"pods/\" names no object; write it as pod/web-1\n"),
        (
            "componentstatuses",
            "error: componentstatuses/v1 cannot be watched: it supports get, list, but not watch\n",
        ),
    ] {
        assert_eq!(stderr(&run(watchables(&home).args(["watch", word]))), error);
    }
    let expression = ["--where", "object.kind = 'Pod'"];
    let output = run(watchables(&home).args(["watch", "pods"]).args(expression));
    assert_error(&output, "--where: it is not CEL at character 13: = is no operator; == compares");
}

#[test]
fn value_of_an_option_without_its_sign_is_hinted_at() {
    let (_server, home) = cluster();
    let output = run(watchables(&home).args(["watch", "pods", "--diff", "full", "--for", "1s"]));
    let hint = "that is --diff=full";
    assert!(stderr(&output).lines().next().unwrap().ends_with(hint), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn closed_output_is_an_error_and_closed_standard_error_is_none() {
    let (_server, home) = cluster();
    let through_shell = |line: &str| {
        let mut shell = std::process::Command::new("sh");
        let program = env!("CARGO_BIN_EXE_watchables");
        shell.args(["-c", &line.replace("watchables", &format!("exec {program}"))]);
        shell.env("HOME", home.path()).env_remove("KUBECONFIG").stdin(std::process::Stdio::null());
        run(shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()))
    };
    let output = through_shell("watchables watch pods >&-");
    assert_error(&output, "standard output is closed");
    let output = through_shell("watchables watch pods --until true >&-");
    assert!(output.status.success(), "its exit code is what is asked for: {output:?}");
    let output = through_shell("watchables watch pods --for 1s > /dev/null");
    assert!(output.status.success(), "{output:?}");
    // Nobody reads what it says of the missing namespace.
    let mut command = watchables(&home);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = command
        .args(["watch", "pods", "-n", "shpo", "--for", "2s"])
        .stderr(writer)
        .spawn()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
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
