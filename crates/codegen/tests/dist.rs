//! Tests of `dist`, with another program in the place of the one that takes long to compile.
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use support::real_root;

const TARGET: &str = "x86_64-unknown-linux-gnu";
/// 2026-01-02T03:04:05Z.
const TIME: u64 = 1_767_323_045;

/// A program with manual pages and completion files.
const PROGRAM: &str = "#!/bin/sh
case $1 in
completion) echo \"# for $2\" ;;
man) mkdir -p \"$2\" && echo one >\"$2/watchables.1\" && echo two >\"$2/watchables-watch.1\" ;;
*) exit 1 ;;
esac
";

fn dist(folder: &Path, out: &str, program: &str) -> Output {
    let path = folder.join("program");
    fs::write(&path, program).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Command::new(env!("CARGO_BIN_EXE_watchables-codegen"))
        .arg("--root")
        .arg(real_root())
        .args(["dist", "--target", TARGET, "--program"])
        .arg(&path)
        .arg("--out")
        .arg(folder.join(out))
        .env("SOURCE_DATE_EPOCH", TIME.to_string())
        .output()
        .unwrap()
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn the_same_is_the_same_twice_and_complete() {
    let folder = tempfile::tempdir().unwrap();
    for out in ["first", "second"] {
        let output = dist(folder.path(), out, PROGRAM);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let made = files(&folder.path().join("first"));
    assert_eq!(made, files(&folder.path().join("second")));
    let names: Vec<_> = made.keys().map(String::as_str).collect();
    let [sums, sbom, archive] =
        ["SHA256SUMS", "watchables-linux-amd64.cdx.json", "watchables-linux-amd64.tar.gz"];
    assert_eq!(names, [sums, sbom, archive]);

    let listed: Vec<_> = [sbom, archive]
        .map(|name| {
            let sum = Sha256::digest(&made[name]);
            let hex = sum.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
            format!("{hex}  {name}\n")
        })
        .into();
    assert_eq!(String::from_utf8_lossy(&made[sums]), listed.concat());

    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(made[archive].as_slice()));
    let mut entries = Vec::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        assert_eq!(entry.header().mtime().unwrap(), TIME);
        let path = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert_eq!(entry.header().mode().unwrap() & 0o111 != 0, path == "watchables", "{path}");
        assert!(!bytes.is_empty(), "{path}");
        entries.push(path);
    }
    let expected = [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "completion/_watchables",
        "completion/watchables.bash",
        "completion/watchables.fish",
        "man/man1/watchables-watch.1",
        "man/man1/watchables.1",
        "watchables",
    ];
    assert_eq!(entries, expected);
}

#[test]
fn sbom_has_what_is_compiled_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    assert!(dist(folder.path(), "out", PROGRAM).status.success());
    let sbom = fs::read(folder.path().join("out/watchables-linux-amd64.cdx.json")).unwrap();
    let sbom: Value = serde_json::from_slice(&sbom).unwrap();
    assert_eq!(sbom["bomFormat"], "CycloneDX");
    assert_eq!(sbom["metadata"]["timestamp"], "2026-01-02T03:04:05Z");
    assert_eq!(sbom["metadata"]["component"]["name"], "watchables");
    let components = sbom["components"].as_array().unwrap();
    let find = |name: &str| components.iter().find(|component| component["name"] == name);
    let kube = find("kube-client").expect("it is needed");
    assert_eq!(kube["licenses"][0]["expression"], "Apache-2.0");
    assert_eq!(kube["hashes"][0]["content"].as_str().unwrap().len(), 64);
    assert!(find("watch-relay").is_some_and(|ours| ours["hashes"].is_null()));
    // For tests, for Windows, for a feature that is off, and for releases' types.
    for absent in ["portable-pty", "windows-sys", "rdkafka", "watchables-rel-1-37"] {
        assert!(find(absent).is_none(), "{absent}");
    }
    for component in components {
        let expression = component["licenses"][0]["expression"].as_str();
        assert!(expression.is_some_and(|text| !text.contains('/')), "{component}");
    }
    let known: Vec<_> = components.iter().map(|component| &component["bom-ref"]).collect();
    let program = &sbom["metadata"]["component"]["bom-ref"];
    for dependency in sbom["dependencies"].as_array().unwrap() {
        assert!(known.contains(&&dependency["ref"]) || dependency["ref"] == *program);
        for needed in dependency["dependsOn"].as_array().unwrap() {
            assert!(known.contains(&needed), "{needed}");
        }
    }
}

#[test]
fn failing_program_is_named_with_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let output = dist(folder.path(), "out", "#!/bin/sh\necho 'no pages' >&2\nexit 3\n");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("completion bash") && said.contains("no pages"), "{said}");
    assert!(!folder.path().join("out").exists(), "nothing is written");
}
