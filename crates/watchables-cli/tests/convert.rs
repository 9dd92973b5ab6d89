//! `watchables convert`: from KWOK's recordings and back.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const KWOK: &str = r#"apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, creationTimestamp: "2026-01-02T03:04:05Z"}
status: {phase: Pending}
---
apiVersion: action.kwok.x-k8s.io/v1alpha1
kind: ResourcePatch
resource: {version: v1, resource: pods}
target: {name: web-1, namespace: shop}
durationNanosecond: 1500000000
method: patch
template: {status: {phase: Running}}
"#;

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watchables")).current_dir(folder).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn recording_of_kwok_is_looked_back_in_and_converted_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("kwok.yaml"), KWOK).unwrap();
    let output = run(path, &["convert", "kwok.yaml", "-o", "a.jsonl.zst"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("1 objects and 1 changes from 2026-01-02T03:04:05Z on"));
    let history = text(&run(path, &["history", "pod/shop/web-1", "-f", "a.jsonl.zst"]).stdout);
    assert!(history.contains("2026-01-02T03:04:06.5"), "{history}");
    assert!(history.contains("status.phase: Pending → Running"), "{history}");

    let output = run(path, &["convert", "a.jsonl.zst", "-o", "again.yaml"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let again = fs::read_to_string(path.join("again.yaml")).unwrap();
    assert!(again.contains(r#""durationNanosecond":1500000000,"method":"patch","template":{"status":{"phase":"Running"}}"#), "{again}");
}

#[test]
fn what_cannot_be_converted_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("kwok.yaml"), KWOK).unwrap();
    fs::write(path.join("bytes"), [0xff, 0xfe, 0]).unwrap();
    fs::write(path.join("bad.yaml"), KWOK.replace("method: patch", "method: move")).unwrap();
    for (args, reason) in [
        (["none", "-o", "x"], "cannot open the recording none"),
        (["bytes", "-o", "x"], "neither a recording nor a text"),
        (
            ["bad.yaml", "-o", "x"],
            "cannot convert bad.yaml from KWOK's format: line 6: this is no ResourcePatch: unknown variant `move`",
        ),
        (["kwok.yaml", "-o", "bytes"], "bytes exists already"),
    ] {
        let output = run(path, &[&["convert"], args.as_slice()].concat());
        let stderr = text(&output.stderr);
        assert!(!output.status.success() && stderr.contains(reason), "{args:?}: {stderr}");
        assert!(!path.join("x").exists());
    }
}
