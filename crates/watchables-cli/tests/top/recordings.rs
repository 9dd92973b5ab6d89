//! Recordings that `top` writes, and shows.

use std::process::Command;

use serde_json::json;

use super::choices::{cluster, pod};
use super::session::Session;

fn watchables(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_watchables")).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_happened_is_written_and_can_be_played() {
    let (server, folder, config) = cluster();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"namespace": "default", "name": "s"},
        "data": {"key": "QUFBQQ=="},
    });
    server.store().create(secret).unwrap();
    let mut session = Session::start(&["pods,secrets", "--kubeconfig", &config]);
    session.wait_for("● live");
    session.wait_for("4 objects");
    let mut changed = pod("default", "web-2");
    changed["status"]["phase"] = json!("Failed");
    server.store().update(changed).unwrap();
    session.wait_for("Failed");
    server.store().create(pod("default", "web-3")).unwrap();
    session.wait_for("web-3");

    let file = folder.path().join("day.jsonl.zst");
    let file = file.to_str().unwrap();
    session.press("w");
    session.wait_for("Write the recording so far to: top-");
    session.press("\u{15}");
    session.press(file);
    session.press("\r");
    session.wait_for("wrote 6 events of 5 objects");
    session.press("w\u{15}");
    session.press(file);
    session.press("\r");
    session.wait_for("exists already");
    session.press("q");
    session.ends();

    let history = watchables(&["history", "pod/default/web-2", "-f", file]);
    assert!(history.contains("ADDED     pod/default/web-2 (existed)"), "{history}");
    assert!(history.contains("status.phase: Running → Failed"), "{history}");
    let history = watchables(&["history", "pod/default/web-3", "-f", file]);
    assert!(history.contains("ADDED     pod/default/web-3\n"), "{history}");
    let state = watchables(&["state", "secrets", "-o", "json", "-f", file]);
    assert!(state.contains(r#""name": "s""#) && !state.contains("QUFBQQ"), "{state}");

    let mut session = Session::start(&["-f", file, "--speed", "1000"]);
    session.wait_for("5 objects");
    session.wait_for("Failed");
    session.wait_for("‖ 2");
    session.wait_for("×1000");
    session.press("j\r");
    session.wait_for("status.phase: Running → Failed");
    session.press("q");
    session.wait_for("NAMESPACE");
    // Ten seconds back: to the start.
    session.press("\u{1b}[D");
    session.wait_until(|screen| {
        let text = screen.contents();
        text.contains("web-2") && !text.contains("Failed") && !text.contains("web-3")
    });
    session.press(".");
    session.wait_for("Failed");
    assert!(!session.text().contains("web-3"), "{}", session.text());
    session.press(".");
    session.wait_for("web-3");
    session.press("+");
    session.wait_for("×2000");
    session.press("q");
    assert!(session.ends().0.success());

    let mut session =
        Session::start(&["secrets", "-f", file, "--from", "+1h", "-n", "kube-system"]);
    session.wait_for("there is no secret yet");
    session.press("q");
    session.ends();
}

#[test]
fn what_is_no_recording_is_an_error() {
    let (_server, folder, config) = cluster();
    let file = folder.path().join("missing.jsonl");
    let session = Session::start(&["-f", file.to_str().unwrap()]);
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 1);
    assert!(text.contains("error: ") && text.contains("missing.jsonl"), "{text}");
    let session = Session::start(&["-f", &config]);
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 1);
    assert!(text.contains("is not a recording") || text.contains("no recording"), "{text}");
}
