//! The reader in Python, of docs/recording-format.md.

use std::path::Path;
use std::process::Command;

use watch_protocol::identity::Identity;

use super::world::{World, at, record};
use crate::Recording;

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/read_recording.py");

fn run(path: &Path, time: Option<&str>) -> String {
    let output = Command::new("python3").arg(READER).arg(path).args(time).output();
    let output = output.expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the same, as this crate reads it.
fn expected(recording: &Recording, second: i64) -> String {
    let state = recording.state_at(at(second)).unwrap();
    let objects = state.objects().map(|object| {
        let version = Identity::of_json(object.object).unwrap().version.unwrap();
        let namespace = if object.namespace.is_empty() { "-" } else { object.namespace };
        let (source, name) = (object.source, object.name);
        [source, namespace, name, &version].join(" ") + "\n"
    });
    objects.collect()
}

fn check(World { path, .. }: &World) {
    let recording = Recording::open(path).unwrap();
    for second in [0, 17, 90, 119] {
        let time = format!("{:.6}", at(second));
        assert_eq!(run(path, Some(&time)), expected(&recording, second));
    }
    assert_eq!(run(path, None), expected(&recording, 9_999));
    let len = std::fs::metadata(path).unwrap().len();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(len - 40).unwrap();
    let cut = Recording::open(path).unwrap();
    assert_eq!(run(path, None), expected(&cut, 9_999));
}

#[test]
fn reader_in_python_finds_the_same_state() {
    check(&record("jsonl", 120, 21));
    if Command::new("zstd").arg("--version").output().is_ok() {
        check(&record("jsonl.zst", 120, 22));
    }
}

#[test]
fn reader_in_python_is_short() {
    assert!(std::fs::read_to_string(READER).unwrap().lines().count() <= 32);
}
