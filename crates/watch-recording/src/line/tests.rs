//! Lines that are written and read.

use super::*;

fn at() -> Timestamp {
    "2026-01-02T03:04:05.25Z".parse().unwrap()
}

fn read(written: Vec<u8>) -> Line {
    let mut line = written;
    assert_eq!(line.pop(), Some(b'\n'));
    assert!(!line.contains(&b'\n'));
    Line::parse(&line.into()).unwrap()
}

#[test]
fn lines_round_trip() {
    let source = "a \"b\",\"object\":{";
    let mut out = Vec::new();
    write_event(&mut out, at(), source, (EventType::Modified, Origin::Repair), b"{\n\"a\":1}");
    let object = Bytes::from_static(b"{ \"a\":1}");
    let what = LineKind::Event {
        etype: EventType::Modified,
        origin: Origin::Repair,
        object: object.clone(),
    };
    assert_eq!(read(out), Line { time: at(), source: source.to_owned(), what });

    let mut out = Vec::new();
    write_state(&mut out, at(), source, &object);
    assert_eq!(read(out).what, LineKind::State { object });

    let position = PositionLine {
        version: Some("7".to_owned()),
        synced: true,
        needs_relist: true,
        untrusted: true,
        rollbacks: 3,
    };
    for position in [position, PositionLine::default()] {
        let mut out = Vec::new();
        write_position(&mut out, at(), source, &position);
        assert_eq!(read(out).what, LineKind::Position(position));
    }

    let mut out = Vec::new();
    write_gap(&mut out, source, Timestamp::UNIX_EPOCH, at());
    assert_eq!(read(out).what, LineKind::Gap { from: Timestamp::UNIX_EPOCH, to: at() });

    let snapshots = vec![SnapshotPlace { time: at(), offset: 5, line: 2 }; 2];
    let line = snapshot(at(), &snapshots) + "\n";
    assert_eq!(read(line.into()).what, LineKind::Snapshot(SnapshotLine { snapshots }));
    let line = snapshot_end(at()) + "\n";
    assert_eq!(read(line.into()).what, LineKind::SnapshotEnd);
}

#[test]
fn unknown_types_are_skipped_and_unknown_members_ignored() {
    for text in [r#"{"type":"NEWS","source":7}"#, r#"{"type":"NEWS"}"#] {
        assert_eq!(
            Line::parse(&Bytes::from_static(text.as_bytes())).unwrap().what,
            LineKind::Unknown
        );
    }
    let text =
        r#"{"colour":[1],"type":"ADDED","object":{},"time":"2026-01-02T03:04:05Z","source":"s"}"#;
    let line = Line::parse(&Bytes::from_static(text.as_bytes())).unwrap();
    assert!(matches!(line.what, LineKind::Event { origin: Origin::Live, .. }));
}

#[test]
fn malformed_lines_say_what_is_wrong() {
    for (text, reason) in [
        ("{", "not as expected"),
        (r#"{"type":"ADDED","time":"2026-01-02T03:04:05Z"}"#, "no object"),
        (r#"{"type":"ADDED","time":"x","object":{}}"#, "no time"),
        (r#"{"type":"ADDED","time":"2026-01-02T03:04:05Z","object":null}"#, "no object"),
    ] {
        let error = Line::parse(&Bytes::from_static(text.as_bytes())).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
}
