//! Lines, as they are written.

use std::fmt::Write as _;

use jiff::Timestamp;
use watch_runtime::{EventType, Origin};

use super::{PositionLine, SnapshotPlace};

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
    if position.rollbacks > 0 {
        let _ = write!(line, r#","rollbacks":{}"#, position.rollbacks);
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
