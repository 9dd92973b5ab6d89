//! What one stream has handed out and not committed yet, and how it becomes a batch of rows. Without I/O.

use std::collections::{HashMap, VecDeque};
use std::time::SystemTime;

use watch_protocol::EventType;
use watch_protocol::identity::Identity;
use watch_protocol::raw_object::RawObject;
use watch_runtime::{Delivered, Position};

use crate::error::{DurableError, Kind};
use crate::header::{FORMAT, Header, Subject};
use crate::rows::{self, Read};
use crate::store::{Batch, Row};

/// The uncommitted events of one stream, and what its checkpoint has.
#[derive(Debug)]
pub(crate) struct Ledger {
    stream: String,
    subject: Subject,
    /// The numbers of the namespaces that the checkpoint has.
    namespaces: HashMap<String, u64>,
    /// Whether objects without a uid were seen.
    has_empty_uids: bool,
    uncommitted: VecDeque<Uncommitted>,
    /// The position of the checkpoint; `None` before the first commit.
    committed: Option<Position>,
}

/// An event that was handed out.
#[derive(Debug)]
struct Uncommitted {
    number: u64,
    etype: EventType,
    identity: Identity,
    /// For types that do not decode from a tombstone.
    object: Option<RawObject>,
    /// The stream's position after the event, and when it was handed out.
    position: Position,
    time: SystemTime,
}

/// What a checkpoint says.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The ledger of the stream that goes on.
    pub(crate) ledger: Ledger,
    /// What was committed.
    pub(crate) delivered: Delivered,
    /// When the stream was at that position; `None` if nothing was committed.
    pub(crate) time: Option<SystemTime>,
}

/// A batch, and what becomes true once it is written.
#[derive(Debug)]
pub(crate) struct Commit {
    /// The changes.
    pub(crate) batch: Batch,
    up_to: u64,
    position: Position,
    namespaces: Vec<(String, u64)>,
}

impl Ledger {
    /// Reads the rows of a checkpoint, which may be none.
    ///
    /// # Errors
    ///
    /// Fails if the checkpoint is of something else, has a newer format or is damaged.
    pub(crate) fn load(
        stream: &str,
        subject: Subject,
        rows: Vec<Row>,
    ) -> Result<Loaded, DurableError> {
        let damaged = |what| DurableError::new(Kind::Damaged { stream: stream.to_owned(), what });
        let mut ledger = Self {
            stream: stream.to_owned(),
            subject,
            namespaces: HashMap::new(),
            has_empty_uids: false,
            uncommitted: VecDeque::new(),
            committed: None,
        };
        let Some(header) = rows.iter().find(|row| row.key == rows::HEADER) else {
            if !rows.is_empty() {
                return Err(damaged("it has no header"));
            }
            let delivered = Delivered::new(Position::default());
            return Ok(Loaded { ledger, delivered, time: None });
        };
        let header = ledger.read_header(&header.value)?;
        let position = Position::from(header.position);
        let mut delivered = Delivered::new(position.clone());
        let mut names = HashMap::new();
        let mut objects = Vec::with_capacity(rows.len());
        for Row { key, value } in rows {
            match rows::read(&key, &value) {
                Some(Read::Header | Read::UserRow) => {}
                Some(Read::Namespace(number)) => {
                    let name = String::from_utf8(value)
                        .map_err(|_| damaged("a namespace is not UTF-8"))?;
                    ledger.namespaces.insert(name.clone(), number);
                    names.insert(number, name);
                }
                Some(Read::Object { namespace, identity, rollbacks, object }) => {
                    objects.push((namespace, identity, rollbacks, object));
                }
                None => return Err(damaged("it has a row that is none of its format")),
            }
        }
        for (namespace, mut identity, rollbacks, object) in objects {
            let name = names.get(&namespace).ok_or_else(|| damaged("a namespace is missing"))?;
            identity.namespace.clone_from(name);
            ledger.has_empty_uids |= identity.uid.is_empty();
            delivered.add(&identity, rollbacks, object.as_ref());
        }
        ledger.committed = Some(position);
        Ok(Loaded { ledger, delivered, time: Some(header.time.into()) })
    }

    fn read_header(&self, header: &[u8]) -> Result<Header, DurableError> {
        let stream = || self.stream.clone();
        let damaged = |_| DurableError::new(Kind::Damaged { stream: stream(), what: "its header" });
        let value: serde_json::Value = serde_json::from_slice(header).map_err(damaged)?;
        // A newer format may have another header.
        let format = value["format"].as_u64().unwrap_or_default();
        if format > FORMAT.into() {
            return Err(DurableError::new(Kind::Format { stream: stream(), format }));
        }
        let header: Header = serde_json::from_value(value).map_err(damaged)?;
        match header.subject.difference(&self.subject) {
            None => Ok(header),
            Some((what, checkpoint, stream_has)) => Err(DurableError::new(Kind::Mismatch {
                stream: stream(),
                what,
                checkpoint,
                stream_has,
            })),
        }
    }

    /// Takes note of an event that is about to be handed out. Numbers only grow.
    pub(crate) fn record(
        &mut self,
        number: u64,
        etype: EventType,
        identity: Identity,
        object: Option<RawObject>,
        position: Position,
        time: SystemTime,
    ) {
        self.has_empty_uids |= identity.uid.is_empty();
        self.uncommitted.push_back(Uncommitted { number, etype, identity, object, position, time });
    }

    /// Whether everything that was handed out is committed.
    pub(crate) fn is_committed(&self) -> bool {
        self.uncommitted.is_empty()
    }

    /// Returns the position of the checkpoint.
    pub(crate) fn committed(&self) -> Option<&Position> {
        self.committed.as_ref()
    }

    /// Returns what commits all events up to a number. `current` is the stream's position and the time, which count if
    /// that is all of them. `None` if there is nothing to commit.
    pub(crate) fn prepare(&self, up_to: u64, current: (Position, SystemTime)) -> Option<Commit> {
        let events = || self.uncommitted.iter().take_while(|event| event.number <= up_to);
        let is_all = self.uncommitted.back().is_none_or(|last| last.number <= up_to);
        let (position, time) = match events().last() {
            Some(last) if !is_all => (last.position.clone(), last.time),
            None if !is_all => return None,
            _ => current,
        };
        if events().next().is_none() && self.committed.as_ref() == Some(&position) {
            return None;
        }
        let mut namespaces = Vec::new();
        // The last event of each object.
        let mut objects: HashMap<Vec<u8>, Option<Vec<u8>>> =
            HashMap::with_capacity(events().count());
        for event in events() {
            if event.identity.name.is_empty() {
                continue;
            }
            let namespace = self.number_of(&event.identity.namespace, &mut namespaces);
            let key = rows::object_key(namespace, &event.identity);
            if self.has_empty_uids && !event.identity.uid.is_empty() {
                // The object may have been written when its uid was not known.
                let unknown = Identity { uid: "".into(), ..event.identity.clone() };
                objects.insert(rows::object_key(namespace, &unknown), None);
            }
            let value = (event.etype != EventType::Deleted).then(|| {
                let rollbacks = event.position.rollbacks;
                rows::object_value(&event.identity, rollbacks, event.object.as_ref())
            });
            objects.insert(key, value);
        }
        let puts = Vec::with_capacity(objects.len() + 1);
        let mut batch = Batch { stream: self.stream.clone(), puts, ..Batch::default() };
        for (key, value) in objects {
            match value {
                Some(value) => batch.puts.push(Row { key, value }),
                None => batch.removals.push(key),
            }
        }
        for (name, number) in &namespaces {
            let key = rows::namespace_key(*number);
            batch.puts.push(Row { key, value: name.clone().into_bytes() });
        }
        let header = Header::new(self.subject.clone(), position.clone(), time);
        batch.puts.push(Row { key: rows::HEADER.to_vec(), value: header.to_json() });
        Some(Commit { batch, up_to, position, namespaces })
    }

    /// The batch was written.
    pub(crate) fn written(&mut self, commit: Commit) {
        let Commit { up_to, position, namespaces, .. } = commit;
        while self.uncommitted.front().is_some_and(|event| event.number <= up_to) {
            self.uncommitted.pop_front();
        }
        self.namespaces.extend(namespaces);
        self.committed = Some(position);
    }

    /// Returns the number of a namespace, which may be a new one.
    fn number_of(&self, namespace: &str, new: &mut Vec<(String, u64)>) -> u64 {
        if let Some(number) = self.namespaces.get(namespace) {
            return *number;
        }
        if let Some((_, number)) = new.iter().find(|(name, _)| name == namespace) {
            return *number;
        }
        // Namespaces are never removed, so the numbers have no holes.
        let number = (self.namespaces.len() + new.len()) as u64;
        new.push((namespace.to_owned(), number));
        number
    }
}
