//! The lines of a recording, as they are written.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use watch_runtime::{EventType, Origin};

/// A line, read. Sources are named as in the header.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) time: Timestamp,
    /// Empty in a snapshot's first and last line.
    pub(crate) source: String,
    pub(crate) what: LineKind,
}

#[derive(Debug, PartialEq)]
pub(crate) enum LineKind {
    Event {
        etype: EventType,
        origin: Origin,
        object: Bytes,
    },
    Position(PositionLine),
    Gap {
        from: Timestamp,
        to: Timestamp,
    },
    /// A header, after the first line: the recording was continued.
    Header,
    /// The state follows, as it is here.
    Snapshot(SnapshotLine),
    /// An object of the state.
    State {
        object: Bytes,
    },
    /// The state is complete.
    SnapshotEnd,
    /// Of a later version of the format.
    Unknown,
}

/// How far a source is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PositionLine {
    pub(crate) version: Option<String>,
    pub(crate) synced: bool,
    /// Whether the version does not stand for what was received: a list has begun and is not complete.
    pub(crate) needs_relist: bool,
    /// Whether versions cannot be compared with those before.
    pub(crate) untrusted: bool,
}

/// The snapshots of the file so far, this one included.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SnapshotLine {
    pub(crate) snapshots: Vec<SnapshotPlace>,
}

/// Where a snapshot begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SnapshotPlace {
    pub(crate) time: Timestamp,
    /// The offset of the line, or in a compressed recording of its frame.
    pub(crate) offset: u64,
    /// The number of the line.
    pub(crate) line: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLine<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    time: Cow<'a, str>,
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    origin: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Option<Cow<'a, str>>,
    #[serde(default)]
    synced: bool,
    #[serde(default)]
    needs_relist: bool,
    #[serde(default)]
    untrusted: bool,
    #[serde(borrow, default)]
    from: Cow<'a, str>,
    #[serde(borrow, default)]
    to: Cow<'a, str>,
    #[serde(default)]
    snapshots: Vec<RawPlace>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawPlace {
    time: String,
    offset: u64,
    line: u64,
}

impl Line {
    /// Reads a line. Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub(crate) fn parse(bytes: &Bytes) -> Result<Self, String> {
        let raw: RawLine<'_> = match serde_json::from_slice(bytes) {
            Ok(raw) => raw,
            Err(error) => {
                // Another type of line may use the same names for other things.
                return match type_of(bytes) {
                    Some(kind) if !is_known(&kind) => Ok(Self::unknown()),
                    _ => Err(format!("the line is not as expected: {error}")),
                };
            }
        };
        if !is_known(&raw.kind) {
            return Ok(Self::unknown());
        }
        let object = || match raw.object {
            Some(object) if object.get().starts_with('{') => {
                Ok(bytes.slice_ref(object.get().as_bytes()))
            }
            _ => Err("the line has no object".to_owned()),
        };
        let what = match &*raw.kind {
            "POSITION" => LineKind::Position(PositionLine {
                version: raw.version.filter(|version| !version.is_empty()).map(Cow::into_owned),
                synced: raw.synced,
                needs_relist: raw.needs_relist,
                untrusted: raw.untrusted,
            }),
            "GAP" => LineKind::Gap { from: time(&raw.from)?, to: time(&raw.to)? },
            "HEADER" => LineKind::Header,
            "SNAPSHOT" => {
                let places = raw.snapshots.iter().map(|place| {
                    let RawPlace { time: at, offset, line } = place;
                    Ok(SnapshotPlace { time: time(at)?, offset: *offset, line: *line })
                });
                LineKind::Snapshot(SnapshotLine {
                    snapshots: places.collect::<Result<_, String>>()?,
                })
            }
            "STATE" => LineKind::State { object: object()? },
            "SNAPSHOT_END" => LineKind::SnapshotEnd,
            kind => LineKind::Event {
                etype: event_type(kind).ok_or("the line has no type")?,
                origin: origin(&raw.origin),
                object: object()?,
            },
        };
        Ok(Self { time: time(&raw.time)?, source: raw.source.into_owned(), what })
    }

    fn unknown() -> Self {
        Self { time: Timestamp::UNIX_EPOCH, source: String::new(), what: LineKind::Unknown }
    }
}

/// Appends the line of an event, with its end.
pub(crate) fn write_event(
    out: &mut Vec<u8>,
    time: Timestamp,
    source: &str,
    (etype, origin): (EventType, Origin),
    object: &[u8],
) {
    let mut head = String::with_capacity(128);
    start(&mut head, etype.as_str(), time);
    let _ = write!(head, r#","source":{},"origin":"{}""#, text(source), origin.as_str());
    write_object(out, &head, object);
}

/// Appends the line of an object within a snapshot, with its end.
pub(crate) fn write_state(out: &mut Vec<u8>, time: Timestamp, source: &str, object: &[u8]) {
    let mut head = String::with_capacity(128);
    start(&mut head, "STATE", time);
    let _ = write!(head, r#","source":{}"#, text(source));
    write_object(out, &head, object);
}

/// Appends the line of a position, with its end.
pub(crate) fn write_position(
    out: &mut Vec<u8>,
    time: Timestamp,
    source: &str,
    position: &PositionLine,
) {
    let mut line = String::with_capacity(128);
    start(&mut line, "POSITION", time);
    let version = position.version.as_deref().unwrap_or_default();
    let (source, version, synced) = (text(source), text(version), position.synced);
    let _ = write!(line, r#","source":{source},"version":{version},"synced":{synced}"#);
    if position.needs_relist {
        line.push_str(r#","needsRelist":true"#);
    }
    if position.untrusted {
        line.push_str(r#","untrusted":true"#);
    }
    line.push_str("}\n");
    out.extend_from_slice(line.as_bytes());
}

/// Appends the line of a gap, with its end.
pub(crate) fn write_gap(out: &mut Vec<u8>, source: &str, from: Timestamp, to: Timestamp) {
    let mut line = String::with_capacity(128);
    start(&mut line, "GAP", to);
    let source = text(source);
    let _ = writeln!(line, r#","source":{source},"from":"{from:.6}","to":"{to:.6}"}}"#);
    out.extend_from_slice(line.as_bytes());
}

/// Returns the first line of a snapshot, without its end.
pub(crate) fn snapshot(time: Timestamp, snapshots: &[SnapshotPlace]) -> String {
    let mut line = String::new();
    start(&mut line, "SNAPSHOT", time);
    line.push_str(r#","snapshots":["#);
    for (index, SnapshotPlace { time, offset, line: number }) in snapshots.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(line, r#"{comma}{{"time":"{time:.6}","offset":{offset},"line":{number}}}"#);
    }
    line.push_str("]}");
    line
}

/// Returns the last line of a snapshot, without its end.
pub(crate) fn snapshot_end(time: Timestamp) -> String {
    let mut line = String::new();
    start(&mut line, "SNAPSHOT_END", time);
    line.push('}');
    line
}

fn start(line: &mut String, kind: &str, time: Timestamp) {
    let _ = write!(line, r#"{{"type":"{kind}","time":"{time:.6}""#);
}

/// Appends a line that ends with an object.
fn write_object(out: &mut Vec<u8>, head: &str, object: &[u8]) {
    out.reserve(head.len() + object.len() + 16);
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(br#","object":"#);
    let begin = out.len();
    out.extend_from_slice(object);
    // Line breaks are white space between JSON's tokens, and not allowed inside strings.
    let mut rest = begin;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', &out[rest..]) {
        out[rest + at] = b' ';
        rest += at + 1;
    }
    out.extend_from_slice(b"}\n");
}

fn text(text: &str) -> String {
    serde_json::to_string(text).expect("text is encoded")
}

fn is_known(kind: &str) -> bool {
    ["POSITION", "GAP", "HEADER", "SNAPSHOT", "STATE", "SNAPSHOT_END"].contains(&kind)
        || event_type(kind).is_some()
}

fn type_of(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        kind: String,
    }
    serde_json::from_slice::<Typed>(line).ok().map(|typed| typed.kind)
}

fn event_type(kind: &str) -> Option<EventType> {
    [EventType::Added, EventType::Modified, EventType::Deleted]
        .into_iter()
        .find(|etype| etype.as_str() == kind)
}

/// An origin of a later version of the format is like an event of the watch.
fn origin(text: &str) -> Origin {
    Origin::ALL.iter().copied().find(|origin| origin.as_str() == text).unwrap_or(Origin::Live)
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("{text:?} is no time"))
}

#[cfg(test)]
mod tests {
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
        let text = r#"{"colour":[1],"type":"ADDED","object":{},"time":"2026-01-02T03:04:05Z","source":"s"}"#;
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
}
