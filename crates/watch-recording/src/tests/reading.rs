//! Whole recordings: entries, and the state at any time.

use super::world::{at, event, events, header, objects, record};
use crate::Recording;

const EXTENSIONS: [&str; 2] = ["jsonl", "jsonl.zst"];

#[test]
fn entries_are_those_that_were_written() {
    for extension in EXTENSIONS {
        let world = record(extension, 200, 1);
        let recording = Recording::open(&world.path).unwrap();
        assert_eq!(recording.header(), &header());
        assert_eq!(recording.range(), (at(0), at(200)));
        assert_eq!(events(&world.path), world.events);
    }
}

#[test]
fn state_at_any_time_is_that_of_the_history() {
    for extension in EXTENSIONS {
        for seed in 0..5 {
            let world = record(extension, 120, seed);
            let recording = Recording::open(&world.path).unwrap();
            for (second, state) in (0..).zip(&world.states) {
                let found = recording.state_at(at(second)).unwrap();
                assert_eq!(&objects(&found), state, "{extension}, seed {seed}, second {second}");
            }
            let last = world.states.last().unwrap();
            assert_eq!(&objects(&recording.state_at(at(9_999)).unwrap()), last);
            assert!(recording.state_at(at(-5)).unwrap().is_empty());
        }
    }
}

#[test]
fn entries_from_a_time_on_are_the_rest() {
    for extension in EXTENSIONS {
        let world = record(extension, 120, 7);
        let recording = Recording::open(&world.path).unwrap();
        for second in [-3, 0, 1, 50, 119, 120, 121] {
            let rest = recording.entries_from(at(second));
            let rest: Vec<_> = rest.filter_map(|entry| event(&entry.unwrap())).collect();
            let expected: Vec<_> =
                world.events.iter().filter(|event| event.0 >= second).cloned().collect();
            assert_eq!(rest, expected, "{extension}, second {second}");
        }
    }
}

#[test]
fn snapshots_are_found_from_the_end() {
    for extension in EXTENSIONS {
        let world = record(extension, 300, 3);
        let text = std::fs::read(&world.path).unwrap();
        let places = crate::places::snapshots(&world.path, extension.ends_with("zst")).unwrap();
        assert!(places.len() > 5, "{}", places.len());
        for place in places {
            let start = &text[usize::try_from(place.offset).unwrap()..];
            let expected: &[u8] = if extension.ends_with("zst") {
                &crate::places::INDEX_MAGIC
            } else {
                b"{\"type\":\"SNAPSHOT\""
            };
            assert!(start.starts_with(expected));
        }
    }
}

#[test]
fn other_files_are_no_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    assert!(Recording::open(&path).unwrap_err().is_io());
    for (text, reason) in [
        ("", "it has no first line"),
        ("hello\n", "its first line is no header"),
        (r#"{"type":"ADDED","object":{}}"#, "it has no first line"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = Recording::open(&path).unwrap_err();
        assert!(error.is_not_a_recording());
        assert!(error.to_string().contains(reason), "{error}");
    }
    std::fs::write(&path, header().to_line().replace("1.0", "2.3") + "\n").unwrap();
    let error = Recording::open(&path).unwrap_err();
    assert!(error.is_newer_format());
    assert!(error.to_string().contains("2.3"), "{error}");
}
