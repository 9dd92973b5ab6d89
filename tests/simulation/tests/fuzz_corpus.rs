//! Runs the corpus of the fuzz targets without a fuzzer, and recorded streams split at every byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use watch_protocol::fuzzing;
use watch_protocol::simulation::{Action, Watcher};
use watch_protocol::{InitialList, StartFrom};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

type Target = fn(&[u8]);

#[test]
fn corpus_of_each_fuzz_target_passes() {
    let targets: [(&str, Target); 6] = [
        ("frames", fuzzing::frames),
        ("envelope", fuzzing::envelope),
        ("list_body", fuzzing::list_body),
        ("protobuf_frames", fuzzing::protobuf_frames),
        ("protobuf_list_body", fuzzing::protobuf_list_body),
        ("machine", fuzzing::machine),
    ];
    for (name, target) in targets {
        let inputs = files(&root().join("fuzz/corpus").join(name));
        assert!(inputs.len() >= 8, "{name} has {} inputs", inputs.len());
        for input in inputs {
            target(&input);
            // A few mutations, as a fuzzer would start with.
            for at in (0..input.len()).step_by(7) {
                let mut damaged = input.clone();
                damaged[at] ^= 0x20;
                target(&damaged);
                target(&input[..at]);
            }
        }
    }
}

/// Returns type, uid and version of each event that a managed stream delivers of a watch in two chunks.
fn delivered(first: &[u8], second: &[u8]) -> Vec<String> {
    let now = Instant::now();
    let mut watcher = Watcher::new(InitialList::Paged, StartFrom::CurrentState, 1, None);
    let mut chunks = [first, second].into_iter();
    let mut events = Vec::new();
    loop {
        match watcher.step(now) {
            Action::Send(path) if path.contains("watch=true") => watcher.head(200, None, now),
            Action::Send(_) => {
                watcher.head(200, None, now);
                watcher.chunk(br#"{"metadata":{"resourceVersion":"1"},"items":[]}"#, now);
                watcher.end(now);
            }
            Action::Wait(_) => match chunks.next() {
                Some(chunk) => watcher.chunk(chunk, now),
                None => return events,
            },
            Action::Deliver(event) => {
                events.push(format!("{} {} {:?}", event.etype, event.uid, event.version));
            }
            Action::Sleep(_) | Action::End(_) => return events,
        }
    }
}

#[test]
fn recorded_streams_split_at_every_byte_deliver_the_same() {
    let mut events = 0;
    for release in ["1.17", "1.36"] {
        let folder = root().join(format!("tests/data/recorded-{release}"));
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "jsonl") {
                continue;
            }
            let body = fs::read(&path).unwrap();
            let whole = delivered(&body, b"");
            events += whole.len();
            for at in 0..=body.len() {
                let (first, second) = body.split_at(at);
                assert_eq!(delivered(first, second), whole, "{} at {at}", path.display());
            }
        }
    }
    assert!(events >= 12, "{events} events were recorded");
}
