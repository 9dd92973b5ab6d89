//! What is shown, by the arguments.

use embedded_apiserver::EmbeddedServer;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::session::Session;

/// Returns a server with pods, and the path of a kubeconfig for it.
pub(super) fn cluster() -> (EmbeddedServer, TempDir, String) {
    let catalog = release_catalogs::catalog(release_catalogs::NEWEST).unwrap();
    let server = EmbeddedServer::builder(catalog).start_in_thread().unwrap();
    for (namespace, name) in [("default", "web-1"), ("default", "web-2"), ("kube-system", "db-0")] {
        server.store().create(pod(namespace, name)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, server.kubeconfig()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (server, folder, file)
}

pub(super) fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "c", "image": "example"}]},
        "status": {"phase": "Running"},
    })
}

#[test]
fn arguments_choose_what_is_watched() {
    let (_server, _folder, file) = cluster();
    for (arguments, shown, hidden) in [
        (&["pods"][..], &["web-1", "web-2", "db-0"][..], &[][..]),
        (&["po", "-n", "default"], &["web-1", "web-2"], &["db-0"]),
        (
            &["pods", "-n", "default,kube-system", "-l", "app!=web-2"],
            &["web-1", "db-0"],
            &["web-2"],
        ),
        (&["pods", "--field-selector", "metadata.name=web-2"], &["web-2"], &["web-1", "db-0"]),
        (&["pod/db-0", "-A"], &["db-0"], &["web-1"]),
        (&["pod", "web-1", "db-0"], &["web-1", "db-0"], &["web-2"]),
    ] {
        let mut all = vec!["--kubeconfig", &file];
        all.extend(arguments);
        let mut session = Session::start(&all);
        session.wait_until(|screen| {
            let text = screen.contents();
            text.contains("● live") && shown.iter().all(|name| text.contains(name))
        });
        let text = session.text();
        assert!(
            !hidden.iter().any(|name| text.contains(&format!(" {name} "))),
            "{arguments:?}: {text}"
        );
        session.press("q");
        session.ends();
    }
}

#[test]
fn errors_are_told_before_the_terminal_is_taken_over() {
    let (_server, _folder, file) = cluster();
    let session = Session::start(&["pods,pots", "--kubeconfig", &file]);
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 1);
    assert!(text.contains("error: ") && text.contains("pots"), "{text}");
    let session = Session::start(&["--speed", "2"]);
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 2);
    assert!(text.contains("--file <FILE>"), "{text}");
}

#[test]
fn interruption_is_shown_with_its_cause() {
    let (server, _folder, file) = cluster();
    let mut session = Session::start(&["pods", "--kubeconfig", &file]);
    session.wait_for("● live");
    session.wait_for("web-2");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(server.shutdown());
    session.wait_until(|screen| {
        let text = screen.contents();
        text.contains("○ pods interrupted for") && text.contains("unreachable")
    });
    assert!(session.text().contains("web-1"), "what is known stays");
    session.press("q");
    assert!(session.ends().0.success());
}

#[test]
fn failed_watches_end_with_their_error() {
    let (server, _folder, file) = cluster();
    let session = Session::start(&["pods", "--kubeconfig", &file, "--give-up-after", "0"]);
    session.wait_for("● live");
    session.wait_for("web-2");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(server.shutdown());
    let (status, text) = session.ends();
    assert_eq!(status.exit_code(), 1);
    assert!(text.contains("error: pods: "), "{text}");
}

#[test]
fn changes_are_shown_with_their_history() {
    let (server, _folder, file) = cluster();
    let mut session = Session::start(&["pods", "--kubeconfig", &file]);
    session.wait_for("● live");
    session.wait_for("web-2");
    let mut changed = pod("default", "web-2");
    changed["status"]["phase"] = json!("Failed");
    server.store().update(changed).unwrap();
    session.wait_for("Failed");
    session.press("j\r");
    session.wait_for("status.phase: Running → Failed");
    session.press("q");
    session.wait_for("NAMESPACE");
    session.press("q");
    assert!(session.ends().0.success());
}
