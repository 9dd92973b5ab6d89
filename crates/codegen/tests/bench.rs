//! Tests of `cargo xtask bench`: rejected arguments, and the rustc wrapper. No time is asserted.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{Repository, SMALL};

#[test]
fn invalid_arguments_are_rejected() {
    let repository = Repository::generated(SMALL);
    for args in [
        &["bench"][..],
        &["bench", "speed"],
        &["bench", "compile", "--rounds", "0"],
        &["bench", "compile", "--rounds", "many"],
        &["bench", "decode", "--rounds", "3"],
        &["bench", "watch", "--rounds", "0"],
        &["bench", "watch", "--check"],
        &["bench", "instructions", "--rounds", "3"],
    ] {
        let outcome = repository.run(args);
        assert_eq!(outcome.code, 2, "{args:?}: {}", outcome.stderr);
    }
}

#[test]
fn repository_without_benches_is_an_error() {
    let outcome = Repository::generated(SMALL).run(&["bench", "decode", "--json"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("benches/Cargo.toml"), "{}", outcome.stderr);
}

/// Runs the program as cargo starts it as the rustc wrapper.
fn run_as_rustc(program: &str, log: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchables-codegen"))
        .env("WATCHABLES_BENCH_LOG", log)
        .arg(program)
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn wrapper_runs_rustc_and_logs_the_compilation() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let source = folder.path().join("lib.rs");
    let compile = |text: &str| {
        fs::write(&source, text).unwrap();
        let args = ["--crate-name", "tiny", "--crate-type", "lib", "--emit", "metadata"];
        let [folder, source] = [folder.path(), &source].map(|path| path.to_str().unwrap());
        run_as_rustc("rustc", &log, &[&args[..], &["--out-dir", folder, source]].concat())
    };
    let output = compile("pub fn one() -> u8 { 1 }");
    assert!(output.status.success(), "{output:?}");
    assert!(folder.path().join("libtiny.rmeta").exists());
    let output = compile("pub fn one() -> u8 { true }");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mismatched types"));

    let log = fs::read_to_string(&log).unwrap();
    let lines: Vec<_> = log.lines().map(|line| line.strip_prefix("tiny ").unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|micros| micros.parse::<u64>().unwrap() > 0), "{log}");
}

#[test]
fn wrapper_does_not_log_queries() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let output = run_as_rustc("rustc", &log, &["--version"]);
    assert!(output.status.success() && output.stdout.starts_with(b"rustc "), "{output:?}");
    assert!(!log.exists());
    let output = run_as_rustc("/no/such/rustc", &log, &["--version"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run /no/such/rustc"));
}
