//! `watchables serve`, run as a process.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

const SEED: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}}
- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop}}
";

fn watchables(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchables"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Kills the server on drop, also when the test fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn seed_file_is_served_until_ctrl_c() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (seed, kubeconfig) = (path("seed.yaml"), path("config"));
    std::fs::write(&seed, SEED).unwrap();
    let args = ["serve", "--release", "1.20", "--seed-file", &seed, "--kubeconfig", &kubeconfig];
    let mut server = Server(watchables(&args).spawn().unwrap());
    let mut notice = String::new();
    BufReader::new(server.0.stderr.as_mut().unwrap()).read_line(&mut notice).unwrap();
    assert!(notice.starts_with("watchables: serving at http://127.0.0.1:"), "{notice}");
    let args = ["watch", "pods", "--count", "2", "--kubeconfig", &kubeconfig];
    let output = watchables(&args).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines, "ADDED, shop, a\nADDED, shop, b\n");
    let id = i32::try_from(server.0.id()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert!(server.0.wait().unwrap().success());
}

#[test]
fn every_generated_release_is_served() {
    for release in ["1.17", "1.24", "1.30", "1.36", "1.37"] {
        let directory = tempfile::tempdir().unwrap();
        let kubeconfig = directory.path().join("config").to_str().unwrap().to_owned();
        let args = ["serve", "--release", release, "--demo", "--kubeconfig", &kubeconfig];
        let mut server = Server(watchables(&args).spawn().unwrap());
        let mut notice = String::new();
        BufReader::new(server.0.stderr.as_mut().unwrap()).read_line(&mut notice).unwrap();
        // Only some releases serve this version.
        let has_it = ["1.17", "1.24"].contains(&release);
        for (resource, found) in [("pods", true), ("poddisruptionbudgets.v1beta1.policy", has_it)] {
            let args = ["watch", resource, "--for", "1s", "--kubeconfig", &kubeconfig];
            let output = watchables(&args).output().unwrap();
            assert_eq!(output.status.success(), found, "{release}, {resource}: {output:?}");
        }
    }
}

#[test]
fn tls_and_token_are_required_when_set() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (seed, kubeconfig) = (path("seed.yaml"), path("config"));
    std::fs::write(&seed, SEED).unwrap();
    let mut args = vec!["serve", "--tls", "--token", "s3cret", "--seed-file", &seed];
    args.extend(["--kubeconfig", &kubeconfig]);
    let mut server = Server(watchables(&args).spawn().unwrap());
    let mut notice = String::new();
    BufReader::new(server.0.stderr.as_mut().unwrap()).read_line(&mut notice).unwrap();
    assert!(notice.starts_with("watchables: serving at https://127.0.0.1:"), "{notice}");
    let args = ["watch", "pods", "--count", "2", "--kubeconfig", &kubeconfig];
    let output = watchables(&args).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines, "ADDED, shop, a\nADDED, shop, b\n");
    let config = std::fs::read_to_string(&kubeconfig).unwrap();
    for (right, wrong) in [("s3cret", "guess"), ("certificate-authority-data", "other-data")] {
        std::fs::write(&kubeconfig, config.replace(right, wrong)).unwrap();
        let output = watchables(&args).output().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{right}: {output:?}");
    }
}

#[test]
fn kubeconfig_is_printed_without_a_file() {
    let mut server = Server(watchables(&["serve"]).spawn().unwrap());
    let mut printed = String::new();
    let mut stdout = BufReader::new(server.0.stdout.as_mut().unwrap());
    while !printed.contains("users:") {
        assert_ne!(stdout.read_line(&mut printed).unwrap(), 0, "{printed}");
    }
    assert!(printed.contains("    server: http://127.0.0.1:"), "{printed}");
}

#[test]
fn unsupported_release_and_missing_seed_file_are_one_line_errors() {
    for (args, part) in [
        (&["serve", "--release", "2.0"][..], "use one of 1.17, 1.18, "),
        (&["serve", "--release", "1.16"][..], "release \"1.16\" is not supported"),
        (&["serve", "--seed-file", "/nowhere"][..], "cannot read /nowhere"),
    ] {
        let mut server = Server(watchables(args).spawn().unwrap());
        let mut stderr = String::new();
        server.0.stderr.as_mut().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.starts_with("error: ") && stderr.contains(part), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn error_in_a_seed_file_names_its_place_and_quotes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed.yaml");
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\n";
    for (text, place) in [
        (
            format!("{secret}data: {{a: hunter2, a: hunter2}}\n"),
            "seed.yaml: document 1, line 4, column",
        ),
        (format!("{secret}---\n\nhunter2\n"), "seed.yaml: document 2, line 6: it is not an object"),
        (format!("{secret}---\n{secret}"), "document 2, line 5: cannot create Secret s: "),
        (
            "{\"kind\": \"List\", \"items\": [\n{\"a\": \"hunter2\"}]}".to_owned(),
            "document 1, line 1, items[0]: it is not an object",
        ),
        (
            secret.replace("name: s", "name: hunter2_"),
            "document 1, line 1: cannot create Secret hunter2_: invalid value in metadata.name (422)",
        ),
    ] {
        std::fs::write(&seed, text).unwrap();
        let args = ["serve", "--seed-file", seed.to_str().unwrap()];
        let mut server = Server(watchables(&args).spawn().unwrap());
        let mut stderr = String::new();
        server.0.stderr.as_mut().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.contains(place), "{place}: {stderr}");
        assert!(!stderr.replace("Secret hunter2_", "").contains("hunter"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn seed_file_may_be_in_utf_16_or_have_invalid_characters() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (seed, kubeconfig) = (path("seed.yaml"), path("config"));
    let text =
        |name: &str| format!("# \u{e9}\n{}", SEED.replace("name: b", &format!("name: {name}")));
    let utf_16 = |bytes: fn(u16) -> [u8; 2], name: &str| {
        std::iter::once(0xfeff).chain(text(name).encode_utf16()).flat_map(bytes).collect()
    };
    let latin = text("latin").into_bytes().into_iter().filter(|byte| *byte != 0xc3).collect();
    let files: [(Vec<u8>, &str); 3] = [
        (utf_16(u16::to_le_bytes, "little"), "little"),
        (utf_16(u16::to_be_bytes, "big"), "big"),
        (latin, "latin"),
    ];
    for (bytes, name) in files {
        std::fs::write(&seed, bytes).unwrap();
        let args = ["serve", "--seed-file", &seed, "--kubeconfig", &kubeconfig];
        let mut server = Server(watchables(&args).spawn().unwrap());
        let mut notice = String::new();
        BufReader::new(server.0.stderr.as_mut().unwrap()).read_line(&mut notice).unwrap();
        let args = ["watch", "pods", "--count", "2", "--kubeconfig", &kubeconfig];
        let output = watchables(&args).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines, format!("ADDED, shop, a\nADDED, shop, {name}\n"), "{notice}");
    }
}
