//! `cargo xtask bench`: what it refuses, and that it runs rustc as cargo would. No time is asserted.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{Repository, SMALL};

#[test]
fn unknown_arguments_are_refused() {
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
fn a_repository_without_benches_says_so() {
    let outcome = Repository::generated(SMALL).run(&["bench", "decode", "--json"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("benches/Cargo.toml"), "{}", outcome.stderr);
}

/// The program as cargo starts it in rustc's place.
fn in_place_of(program: &str, log: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchables-codegen"))
        .env("WATCHABLES_BENCH_LOG", log)
        .arg(program)
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn a_compilation_is_written_down_and_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let source = folder.path().join("lib.rs");
    let compile = |text: &str| {
        fs::write(&source, text).unwrap();
        let args = ["--crate-name", "tiny", "--crate-type", "lib", "--emit", "metadata"];
        let [folder, source] = [folder.path(), &source].map(|path| path.to_str().unwrap());
        in_place_of("rustc", &log, &[&args[..], &["--out-dir", folder, source]].concat())
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
fn questions_to_rustc_are_passed_on_only() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let output = in_place_of("rustc", &log, &["--version"]);
    assert!(output.status.success() && output.stdout.starts_with(b"rustc "), "{output:?}");
    assert!(!log.exists());
    let output = in_place_of("/no/such/rustc", &log, &["--version"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run /no/such/rustc"));
}
