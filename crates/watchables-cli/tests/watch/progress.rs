//! How far the first state is, on a terminal.

#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::io::Read as _;

use embedded_apiserver::{Fault, Verb};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{cluster, send_signal, start, wait, watchables};

/// Returns a cluster with 60 objects, whose list does not come to its end.
fn endless_list() -> (embedded_apiserver::EmbeddedServer, TempDir) {
    let (server, home) = cluster();
    for number in 0..60 {
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"text": "x".repeat(1_000)},
            "metadata": {"namespace": "default", "name": format!("c{number:02}")},
        });
        server.store().create(map).unwrap();
    }
    server.faults().inject(Fault::stall_after_bytes(20_000).verb(Verb::Watch));
    (server, home)
}

/// Returns both ends of a terminal.
fn terminal() -> (File, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = OpenOptions::new().read(true).write(true).open(name).unwrap();
    (ours.into(), theirs)
}

#[test]
fn long_list_shows_how_far_it_is_and_erases_the_line() {
    let (_server, home) = endless_list();
    let (mut ours, theirs) = terminal();
    let mut command = watchables(&home);
    command.env("TERM", "xterm").args(["watch", "configmaps"]).stderr(theirs);
    let (mut child, _lines) = start(&mut command);
    // Or the terminal would not end with the process.
    drop(command);
    let mut text = String::new();
    let mut read = || {
        let mut bytes = [0; 4_096];
        // Once the other end is closed, Linux has an error.
        let length = ours.read(&mut bytes).unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&bytes[..length]));
        (text.clone(), length)
    };
    while !read().0.contains(" of 60") {}
    send_signal(&child, Signal::INT);
    while read().1 > 0 {}
    assert!(child.wait().unwrap().success());
    let text = read().0;
    assert!(text.starts_with("listing configmaps: "), "{text:?}");
    assert!(text.ends_with("\r\u{1b}[2K"), "{text:?}");
}

#[test]
fn what_is_no_terminal_shows_nothing() {
    let (_server, home) = endless_list();
    let (child, _lines) = start(watchables(&home).args(["watch", "configmaps"]));
    std::thread::sleep(std::time::Duration::from_secs(2));
    send_signal(&child, Signal::INT);
    let (status, stderr) = wait(child);
    assert!(status.success());
    assert_eq!(stderr, "");
}
