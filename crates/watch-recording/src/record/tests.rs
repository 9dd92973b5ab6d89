//! Recorders that are killed at random, without a server.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use watch_protocol::identity::Identity;
use watch_runtime::{EventType, Origin};
use watchable_core::{ResourceInfo, Scope};

use super::open::open;
use super::parts;
use super::progress::{Received, ReceivedEvent};
use super::sink::{Limits, Sink};
use crate::error::RecordingError;
use crate::header::{Header, RecordedResource, Redaction, VERSION};
use crate::line::PositionLine;
use crate::{EntryKind, Recording};

const PODS: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const SERVICES: ResourceInfo =
    ResourceInfo::new("", "v1", "Service", "services", Scope::Namespaced);

fn at(second: i64) -> Timestamp {
    "2026-01-02T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

fn header() -> Header {
    Header {
        version: VERSION.to_owned(),
        cluster: Some("u".to_owned()),
        release: "1.37".to_owned(),
        started: at(0),
        resources: vec![RecordedResource::new(PODS), RecordedResource::new(SERVICES)],
        redaction: Redaction::default(),
        part: 1,
    }
}

fn start(path: &Path, limits: Limits) -> Result<Sink, RecordingError> {
    open(path.to_owned(), header(), true, limits).map(|opened| opened.sink)
}

/// What happens on a server of two resources, one event each second.
struct Server(Vec<(usize, EventType, String)>);

impl Server {
    fn random(random: &mut fastrand::Rng, seconds: usize) -> Self {
        let mut present = std::collections::HashSet::new();
        let events = (0..seconds).map(|_| {
            let source = random.usize(..2);
            let name = format!("{}-{}", ["pod", "service"][source], random.u8(..5));
            let etype = match (present.contains(&name), random.u8(..4)) {
                (false, _) => EventType::Added,
                (true, 0) => EventType::Deleted,
                (true, _) => EventType::Modified,
            };
            if etype == EventType::Deleted {
                present.remove(&name);
            } else {
                present.insert(name.clone());
            }
            (source, etype, name)
        });
        Self(events.collect())
    }

    /// Returns an event as a watcher receives it. Its version is its place, counted from 1.
    fn event(&self, place: usize) -> Received {
        let (source, etype, name) = &self.0[place];
        let version = Some((place + 1).to_string());
        let object = format!(
            r#"{{"metadata":{{"namespace":"shop","name":"{name}","uid":"u","resourceVersion":"{}"}},"spec":"{}"}}"#,
            place + 1,
            "x".repeat(place * 31 % 200),
        );
        let position =
            PositionLine { version: version.clone(), synced: true, ..PositionLine::default() };
        let key = format!("shop/{name}").into();
        let (etype, origin) = (*etype, Origin::Live);
        let event = Some(ReceivedEvent { etype, origin, key, version, object });
        Received { source: *source, time: at(place.try_into().unwrap()), position, event }
    }
}

/// Returns the events in all files of a recording, and checks the state at the end of each file.
fn recorded(path: &Path) -> Vec<(String, EventType, String)> {
    let mut files: Vec<PathBuf> =
        parts::existing(path).unwrap().into_iter().map(|it| it.1).collect();
    files.push(path.to_owned());
    let mut all = Vec::new();
    for file in files {
        let recording = Recording::open(&file).unwrap();
        let mut state = std::collections::BTreeMap::new();
        for entry in recording.entries() {
            let entry = entry.unwrap();
            let EntryKind::Event { etype, origin, object } = entry.what else { continue };
            let name = Identity::of_json(&object).unwrap().name;
            let text = String::from_utf8_lossy(&object).into_owned();
            if etype == EventType::Deleted {
                state.remove(&name);
            } else {
                state.insert(name, text.clone());
            }
            if origin == Origin::Live {
                all.push((entry.source.to_string(), etype, text));
            }
        }
        let end = recording.state_at(at(999_999)).unwrap();
        let text = |object: &[u8]| String::from_utf8_lossy(object).into_owned();
        let objects = end.objects().map(|it| (it.name.to_owned(), text(it.object)));
        assert_eq!(objects.collect::<std::collections::BTreeMap<_, _>>(), state);
    }
    all
}

#[test]
fn killed_anywhere_nothing_is_lost_and_nothing_repeated() {
    let mut kills = 0;
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(*random.choice(&["a.jsonl", "a.jsonl.zst"]).unwrap());
        let limits =
            Limits { max_size: random.bool().then_some(20_000), keep: None, snapshot_text: 5_000 };
        let server = Server::random(&mut random, 300);
        let mut sink = start(&path, limits).unwrap();
        let mut next = [0, 0];
        loop {
            let source = random.usize(..2);
            let upcoming = (next[source]..server.0.len()).find(|it| server.0[*it].0 == source);
            let Some(place) = upcoming else {
                if next.iter().all(|it| *it == server.0.len()) {
                    break;
                }
                next[source] = server.0.len();
                continue;
            };
            sink.take(server.event(place)).unwrap();
            next[source] = place + 1;
            if random.u8(..20) == 0 {
                sink.sync().unwrap();
            }
            if random.u8(..25) == 0 {
                kills += 1;
                let synced = fs::metadata(&path).unwrap().len();
                sink.writer.flush().unwrap();
                let flushed = fs::metadata(&path).unwrap().len();
                drop(sink);
                let file = File::options().write(true).open(&path).unwrap();
                file.set_len(random.u64(synced..=flushed)).unwrap();
                drop(file);
                sink = start(&path, limits).unwrap();
                for (source, next) in next.iter_mut().enumerate() {
                    let version = &sink.sources[source].position.version;
                    *next = version.as_ref().map_or(0, |version| version.parse().unwrap());
                }
            }
        }
        sink.finish().unwrap();
        drop(sink);
        let found = recorded(&path);
        for (source, name) in ["pods/v1", "services/v1"].iter().enumerate() {
            let found: Vec<_> = found.iter().filter(|it| it.0 == *name).collect();
            let expected = (0..server.0.len()).filter(|it| server.0[*it].0 == source);
            let expected: Vec<_> =
                expected.map(|place| server.event(place).event.unwrap()).collect();
            assert_eq!(found.len(), expected.len(), "seed {seed}");
            for (found, expected) in found.iter().zip(expected) {
                assert_eq!((found.1, &found.2), (expected.etype, &expected.object), "seed {seed}");
            }
        }
    }
    assert!(kills > 300, "{kills}");
}

#[test]
fn old_files_are_removed_and_each_file_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let limits = Limits { max_size: Some(10_000), keep: Some(3), snapshot_text: 5_000 };
    let server = Server::random(&mut fastrand::Rng::with_seed(1), 2_000);
    let mut sink = start(&path, limits).unwrap();
    for place in 0..server.0.len() {
        sink.take(server.event(place)).unwrap();
    }
    sink.finish().unwrap();
    let last = sink.header.part;
    let files = parts::existing(&path).unwrap();
    let numbers: Vec<_> = files.iter().map(|file| file.0).collect();
    assert_eq!(numbers, [last - 2, last - 1]);
    for (part, file) in files {
        let recording = Recording::open(file).unwrap();
        assert_eq!(recording.header().part, part);
        let (begin, _) = recording.range();
        let first = recording.state_at(begin).unwrap();
        assert!(!first.is_empty() && first.has_synced("pods/v1"));
        assert!(first.version("pods/v1").is_some());
    }
}

#[test]
fn recorder_killed_between_two_renames_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let server = Server::random(&mut fastrand::Rng::with_seed(2), 20);
    let mut sink = start(&path, Limits::default()).unwrap();
    for place in 0..10 {
        sink.take(server.event(place)).unwrap();
    }
    sink.finish().unwrap();
    drop(sink);
    fs::rename(&path, parts::earlier(&path, 1)).unwrap();
    fs::write(parts::unfinished(&path), "{\"type\":").unwrap();
    let mut sink = start(&path, Limits::default()).unwrap();
    for place in 10..20 {
        sink.take(server.event(place)).unwrap();
    }
    sink.finish().unwrap();
    assert_eq!(recorded(&path).len(), 20);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn gaps_are_marked_once_with_their_beginning_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let server = Server((0..8).map(|n| (0, EventType::Added, format!("pod-{n}"))).collect());
    let mut sink = start(&path, Limits::default()).unwrap();
    for place in 0..8 {
        let mut received = server.event(place);
        if (3..6).contains(&place) {
            received.position.needs_relist = place < 5;
            received.event.as_mut().unwrap().origin = Origin::Repair;
        }
        sink.take(received).unwrap();
    }
    let relist = |needs_relist, second| {
        let version = Some("8".to_owned());
        let position =
            PositionLine { version, synced: true, needs_relist, ..PositionLine::default() };
        Received { source: 0, time: at(second), position, event: None }
    };
    sink.take(relist(true, 10)).unwrap();
    sink.take(relist(false, 20)).unwrap();
    assert_eq!(sink.finish().unwrap().gaps, 2);
    let recording = Recording::open(&path).unwrap();
    let gaps = recording.entries().filter_map(|entry| match entry.unwrap().what {
        EntryKind::Gap { from, to } => Some((from, to)),
        _ => None,
    });
    assert_eq!(gaps.collect::<Vec<_>>(), [(at(2), at(3)), (at(10), at(20))]);
}

#[test]
fn recordings_of_something_else_are_not_continued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let sink = start(&path, Limits::default()).unwrap();
    let open = |header: Header, is_append| {
        open(path.clone(), header, is_append, Limits::default()).map(|_| ()).unwrap_err()
    };
    assert!(open(header(), true).is_locked());
    drop(sink);
    assert!(open(header(), false).is_already_existing());
    let mut other = header();
    other.cluster = Some("v".to_owned());
    let error = open(other, true);
    assert!(error.is_mismatch() && error.to_string().contains("cluster u"), "{error}");
    let mut other = header();
    other.resources.pop();
    other.resources[0].namespace = Some("shop".to_owned());
    let error = open(other, true);
    assert!(error.to_string().contains(r#"not of pods/v1 in the namespace "shop""#), "{error}");
    let mut other = header();
    other.redaction.secrets = true;
    assert!(open(other, true).to_string().contains("without values of Secrets"));
    fs::write(&path, "notes\n").unwrap();
    assert!(open(header(), true).is_not_a_recording());
    assert_eq!(fs::read_to_string(&path).unwrap(), "notes\n");
}

#[test]
fn key_of_hashes_is_kept_beside_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    let redacting = |paths: &[&str]| {
        let mut header = header();
        header.redaction.secrets = true;
        header.redaction.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        header
    };
    let open = |paths: &[&str]| open(path.clone(), redacting(paths), true, Limits::default());
    let key = open(&["spec.a", "spec.b"]).unwrap().key.unwrap();
    let header = Recording::open(&path).unwrap().header().clone();
    assert_eq!(header.redaction.key, Some(key.fingerprint()));
    assert!(!fs::read_to_string(folder.path().join("a.jsonl.zst.key")).unwrap().is_empty());
    let file = folder.path().join("a.jsonl.zst.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // In whatever order the fields are named.
    assert_eq!(open(&["spec.b", "spec.a"]).unwrap().key.unwrap(), key);
    assert!(open(&["spec.b"]).unwrap_err().is_mismatch());
    fs::write(&file, "00112233445566778899aabbccddeeff\n").unwrap();
    let error = open(&["spec.a", "spec.b"]).unwrap_err();
    assert!(error.is_mismatch() && error.to_string().contains(".key, is another one"), "{error}");
    fs::write(&file, "00").unwrap();
    assert!(open(&["spec.a", "spec.b"]).unwrap_err().is_invalid_setting());
    fs::remove_file(&file).unwrap();
    let error = open(&["spec.a", "spec.b"]).unwrap_err();
    assert!(error.is_mismatch() && error.to_string().contains(".key, is missing"), "{error}");
}

#[test]
fn recording_without_redaction_has_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    drop(start(&path, Limits::default()).unwrap());
    assert!(!folder.path().join("a.jsonl.key").exists());
}
