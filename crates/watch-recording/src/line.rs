//! The lines of a recording, as they are read.

mod encode;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use watch_runtime::{EventType, Origin};
use watchable_core::json;

pub(crate) use encode::{
    snapshot, snapshot_end, write_event, write_gap, write_position, write_state,
};

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
    /// Whether the server was rolled back, and no list is complete since.
    pub(crate) untrusted: bool,
    /// How often it was rolled back.
    pub(crate) rollbacks: u32,
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
    #[serde(default)]
    rollbacks: u32,
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
        let raw: RawLine<'_> = match json::from_slice(bytes) {
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
                rollbacks: raw.rollbacks,
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
    json::from_slice::<Typed>(line).ok().map(|typed| typed.kind)
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
