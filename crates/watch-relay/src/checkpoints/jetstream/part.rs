//! Messages of the log: what they say of themselves, and how several make one commit.

use std::collections::HashMap;

use async_nats::HeaderMap;
use async_nats::header::HeaderValue;
use watch_durable::{Batch, Row};

use crate::checkpoints::jetstream::encoding;

const KIND: &str = "Watchables-Kind";
const WRITER: &str = "Watchables-Writer";
const COMMIT: &str = "Watchables-Commit";
const PART: &str = "Watchables-Part";
const EPOCH: &str = "Watchables-Epoch";

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody has taken over; the body is empty.
    Claim,
    /// Changes of rows.
    Commit,
    /// All rows, in the place of all before.
    Snapshot,
}

/// The headers that identify a message's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// The process, or what it opened.
    pub(super) writer: String,
    /// The writer's number of the commit.
    pub(super) commit: u64,
    /// Which part of the commit it is, from one, and of how many.
    pub(super) number: u64,
    pub(super) parts: u64,
    /// The epoch of the writer's fence.
    pub(super) epoch: u64,
}

impl Part {
    pub(super) fn headers(&self) -> HeaderMap {
        let kind = match self.kind {
            Kind::Claim => "claim",
            Kind::Commit => "commit",
            Kind::Snapshot => "snapshot",
        };
        let mut headers = HeaderMap::new();
        headers.insert(KIND, kind);
        headers.insert(WRITER, self.writer.as_str());
        headers.insert(COMMIT, HeaderValue::from(self.commit));
        headers.insert(PART, format!("{}/{}", self.number, self.parts));
        headers.insert(EPOCH, HeaderValue::from(self.epoch));
        headers
    }

    /// Reads the headers of a message. `None` if they are not ours.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let header = |name| headers.get(name).map(HeaderValue::as_str);
        let kind = match header(KIND)? {
            "claim" => Kind::Claim,
            "commit" => Kind::Commit,
            "snapshot" => Kind::Snapshot,
            _ => return None,
        };
        let (number, parts) = header(PART)?.split_once('/')?;
        Some(Self {
            kind,
            writer: header(WRITER)?.to_owned(),
            commit: header(COMMIT)?.parse().ok()?,
            number: number.parse().ok()?,
            parts: parts.parse().ok()?,
            epoch: header(EPOCH)?.parse().ok()?,
        })
    }
}

/// The rows of each stream.
pub(super) type Rows = HashMap<String, HashMap<Vec<u8>, Vec<u8>>>;

/// Puts the log together, message after message.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    pub(super) rows: Rows,
    /// Who has written last, and the highest epoch.
    pub(super) holder: Option<String>,
    pub(super) epoch: u64,
    /// Bytes of the last snapshot, and of all that follows it.
    pub(super) snapshot_bytes: u64,
    pub(super) bytes: u64,
    /// A commit of which there are parts, and their bytes.
    begun: Option<(Part, Vec<u8>)>,
}

impl Assembly {
    /// Adds a message. `None` if its commit does not decode.
    pub(super) fn add(&mut self, part: Part, body: &[u8]) -> Option<()> {
        self.bytes += body.len() as u64;
        self.epoch = self.epoch.max(part.epoch);
        self.holder = Some(part.writer.clone());
        if part.kind == Kind::Claim {
            // What the former holder had begun is never completed.
            self.begun = None;
            return Some(());
        }
        let continues = self
            .begun
            .take()
            .filter(|(begun, _)| Part { number: begun.number + 1, ..begun.clone() } == part);
        let mut bytes = match (continues, part.number) {
            (Some((_, bytes)), _) => bytes,
            (None, 1) => Vec::new(),
            // Its beginning was purged, or it goes on after something else: it was given up.
            (None, _) => return Some(()),
        };
        bytes.extend_from_slice(body);
        if part.number < part.parts {
            self.begun = Some((part, bytes));
            return Some(());
        }
        let batches = encoding::decode(&bytes)?;
        if part.kind == Kind::Snapshot {
            self.rows.clear();
            self.snapshot_bytes = bytes.len() as u64;
            self.bytes = 0;
        }
        for batch in batches {
            apply(&mut self.rows, batch);
        }
        Some(())
    }
}

fn apply(rows: &mut Rows, batch: Batch) {
    let Batch { stream, puts, removals } = batch;
    let rows = rows.entry(stream).or_default();
    for key in removals {
        rows.remove(&key);
    }
    rows.extend(puts.into_iter().map(|Row { key, value }| (key, value)));
}

/// Returns the rows as batches that put them.
pub(super) fn batches(rows: Rows) -> Vec<Batch> {
    let batches = rows
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(stream, rows)| Batch { stream, puts: to_rows(rows), removals: Vec::new() });
    batches.collect()
}

/// Returns the rows of a stream.
pub(super) fn to_rows(rows: HashMap<Vec<u8>, Vec<u8>>) -> Vec<Row> {
    rows.into_iter().map(|(key, value)| Row { key, value }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(writer: &str, commit: u64, number: u64, parts: u64) -> Part {
        Part { kind: Kind::Commit, writer: writer.to_owned(), commit, number, parts, epoch: 0 }
    }

    fn body(key: &str) -> Vec<u8> {
        let row = Row { key: key.as_bytes().to_vec(), value: Vec::new() };
        let batch = Batch { stream: "s".to_owned(), puts: vec![row], removals: Vec::new() };
        encoding::encode(&[batch])
    }

    fn keys(assembly: &Assembly) -> Vec<&str> {
        let rows = assembly.rows.get("s").into_iter().flatten();
        let mut keys: Vec<_> = rows.map(|(key, _)| str::from_utf8(key).expect("a text")).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn headers_round_trip() {
        let claim = Part { kind: Kind::Claim, epoch: 7, ..part("w", 3, 1, 2) };
        assert_eq!(Part::read(&claim.headers()), Some(claim));
        assert_eq!(Part::read(&HeaderMap::new()), None);
    }

    #[test]
    fn half_written_commit_is_ignored_whatever_follows() {
        let bytes = body("half");
        let (first, second) = bytes.split_at(3);
        let followers: [(Part, &[u8]); 3] = [
            (part("w", 2, 1, 1), &body("next")),
            (part("other", 1, 2, 2), second),
            (Part { kind: Kind::Claim, ..part("other", 0, 1, 1) }, &[]),
        ];
        for (follower, body) in followers {
            let mut assembly = Assembly::default();
            assembly.add(part("w", 1, 1, 2), first).expect("it decodes");
            assembly.add(follower, body).expect("it decodes");
            // It comes too late.
            assembly.add(part("w", 1, 2, 2), second).expect("it is ignored");
            assert!(!keys(&assembly).contains(&"half"), "{assembly:?}");
        }
        let mut assembly = Assembly::default();
        assembly.add(part("w", 1, 1, 2), first).expect("it decodes");
        assembly.add(part("w", 1, 2, 2), second).expect("it decodes");
        assert_eq!(keys(&assembly), ["half"]);
    }

    #[test]
    fn snapshot_takes_the_place_of_all_before() {
        let mut assembly = Assembly::default();
        assembly.add(part("w", 1, 1, 1), &body("a")).expect("it decodes");
        assembly.add(part("w", 2, 1, 1), &body("b")).expect("it decodes");
        assert_eq!(keys(&assembly), ["a", "b"]);
        let snapshot = Part { kind: Kind::Snapshot, ..part("w", 3, 1, 1) };
        assembly.add(snapshot, &body("b")).expect("it decodes");
        assert_eq!((keys(&assembly), assembly.bytes), (vec!["b"], 0));
        assert_eq!(assembly.snapshot_bytes, body("b").len() as u64);
    }
}
