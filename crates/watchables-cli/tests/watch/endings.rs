//! Ends and interruptions of a watch: signals, a closed standard output, a restarted server.

use embedded_apiserver::EmbeddedServer;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _};
use std::time::Duration;

use crate::support::{cluster, newest_catalog, pod, send_signal, start, wait, watchables};

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
    // An API server accepts at most 256 KiB of annotations.
    let text = "x".repeat(250_000);
    for n in 0..20 {
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
    let server =
        EmbeddedServer::builder(newest_catalog()).port(port).history(1).start_in_thread().unwrap();
    for n in 0..20 {
        server
            .store()
            .create(
                json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": n.to_string()}}),
            )
            .unwrap();
    }
    assert_eq!(line(), "watchables: pods/v1: watching again from the last event\n");
    server.store().create(pod("default", "c")).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let events: Vec<_> = rest
        .lines()
        .map(|line| (line.split(", ").take(2).collect::<Vec<_>>(), line.ends_with(", REPAIRED")))
        .collect();
    // The new server has none of the old server's pods.
    assert_eq!(
        events,
        [
            (vec!["ADDED", "kube-system"], false),
            (vec!["DELETED", "default"], true),
            (vec!["DELETED", "kube-system"], true),
            (vec!["ADDED", "default"], false),
        ]
    );
    assert!(child.wait().unwrap().success());
}
