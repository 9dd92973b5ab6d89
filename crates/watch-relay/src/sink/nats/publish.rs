//! Publishes the messages of objects, and finds out what became of each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_nats::HeaderMap;
use async_nats::header::{HeaderName, HeaderValue};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::stream::{Info, Stream};

use crate::message::Message;
use crate::nats::{Connection, is_wrong_sequence, last_of};
use crate::sink::SinkError;
use crate::sink::nats::fence::FenceRecord;
use crate::sink::nats::marks::{Marks, Seen, Subject};
use crate::sink::nats::subject::{self, Template};

/// The header of the event's id, by which the server recognises it within the duplicate window.
pub(super) const ID: &str = "Nats-Msg-Id";
/// The header of the object's path.
pub(super) const PATH: &str = "Watchables-Object";
const SEQUENCE: &str = "Nats-Expected-Last-Subject-Sequence";
const STREAM: &str = "Nats-Expected-Stream";
const CONTENT_TYPE: &str = "Content-Type";

/// How often a message is sent when others write to its subject at the same time.
const ATTEMPTS: u32 = 10;

/// What became of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Stored,
    Refused(String),
}

/// What became of the messages of an object, and what stopped them.
pub(super) type Done = (Vec<(usize, Outcome)>, Option<SinkError>);

/// What publishing needs.
pub(super) struct Publisher<'a> {
    pub(super) connection: &'a Connection,
    pub(super) stream: &'a Stream<Info>,
    pub(super) template: &'a Template,
    pub(super) fence: Option<&'a FenceRecord>,
    pub(super) marks: &'a Mutex<Marks>,
    pub(super) messages: &'a [Message],
    /// Whether the sequence is sent with each message, or only with those that may have been sent before.
    pub(super) always_expects: bool,
    /// Set after an error: what was not begun is left.
    pub(super) is_stopped: AtomicBool,
}

impl Publisher<'_> {
    /// Publishes messages, by their places, one after another: each is acknowledged before the next one is sent.
    pub(super) async fn queue(&self, queue: Vec<usize>) -> Done {
        let mut outcomes = Vec::with_capacity(queue.len());
        for at in queue {
            if self.is_stopped.load(Ordering::Relaxed) {
                break;
            }
            match self.publish(&self.messages[at]).await {
                Ok(outcome) => outcomes.push((at, outcome)),
                Err(error) => {
                    self.is_stopped.store(true, Ordering::Relaxed);
                    return (outcomes, Some(error));
                }
            }
        }
        (outcomes, None)
    }

    async fn publish(&self, message: &Message) -> Result<Outcome, SinkError> {
        let path = message.path();
        let seen = self.marks().seen(message, &path);
        if seen.is_some_and(|seen| self.marks().has(&seen)) {
            return Ok(Outcome::Stored);
        }
        let subject = self.template.subject(message);
        let known = self.marks().subject(&subject);
        if subject.len() > subject::MAX_LENGTH {
            let (length, limit) = (subject.len(), subject::MAX_LENGTH);
            return Ok(Outcome::Refused(format!(
                "its subject has {length} bytes, and {limit} is the limit; shorten `subject`"
            )));
        }
        let mut expects = self.marks().begin(known) || self.always_expects;
        for _ in 0..ATTEMPTS {
            let sequence = expects.then(|| self.marks().sequence(known));
            expects = true;
            let headers = match self.headers(message, &path, sequence) {
                Ok(headers) => headers,
                Err(name) => {
                    return Ok(Outcome::Refused(format!("its header {name} has a line break")));
                }
            };
            let body = message.payload.body.clone();
            let publish = PublishMessage::build().payload(body).headers(headers);
            let error = match self.connection.publish(&subject, publish).await {
                Ok(acknowledgement) => {
                    self.acknowledged(known, seen.as_ref(), &acknowledgement);
                    return Ok(Outcome::Stored);
                }
                Err(error) => error,
            };
            if !is_wrong_sequence(&error) {
                return self.rejected(&subject, message, error);
            }
            if self.catch_up(&subject, message, seen.as_ref()).await? {
                return Ok(Outcome::Stored);
            }
        }
        let name = &self.connection.name;
        Err(SinkError::new(format!("{name}: others write {subject} at the same time")))
    }

    fn acknowledged(&self, subject: Subject, seen: Option<&Seen>, acknowledgement: &PublishAck) {
        let mut marks = self.marks();
        marks.end(subject);
        // That of a duplicate may be the sequence of another subject.
        if !acknowledgement.duplicate {
            marks.set_sequence(subject, acknowledgement.sequence);
        }
        if let Some(seen) = seen {
            marks.raise(seen);
        }
    }

    /// Finds out what is last in a subject that somebody else has moved on. Returns whether the message is stored.
    async fn catch_up(
        &self,
        subject: &str,
        message: &Message,
        seen: Option<&Seen>,
    ) -> Result<bool, SinkError> {
        let last = last_of(self.connection, self.stream, subject).await?;
        let mut is_stored = false;
        let mut is_foreign = false;
        {
            let mut marks = self.marks();
            let known = marks.subject(subject);
            marks.set_sequence(known, last.as_ref().map_or(0, |last| last.sequence));
            if let Some(last) = last {
                let header = |name| last.headers.get(name).map(HeaderValue::as_str);
                is_stored = header(ID) == Some(&message.id);
                is_foreign = !is_stored;
                let other = header(ID).zip(header(PATH));
                let other = other.and_then(|(id, path)| marks.stored(id, path));
                if let Some(other) = other.filter(|other| !marks.has(other)) {
                    marks.raise(&other);
                }
                is_stored |= seen.is_some_and(|seen| marks.has(seen));
            }
        }
        if let Some(fence) = self.fence.filter(|_| is_foreign) {
            fence.check(self.connection).await?;
        }
        Ok(is_stored)
    }

    /// Returns the headers; the name of one whose value cannot be sent if there is such a one.
    fn headers(
        &self,
        message: &Message,
        path: &str,
        sequence: Option<u64>,
    ) -> Result<HeaderMap, &'static str> {
        let mut headers = HeaderMap::new();
        if let Some(sequence) = sequence {
            headers.insert(HeaderName::from_static(SEQUENCE), HeaderValue::from(sequence));
        }
        let mut put = |name: &'static str, value: &str| {
            let value: HeaderValue = value.parse().map_err(|_| name)?;
            headers.insert(HeaderName::from_static(name), value);
            Ok::<(), &'static str>(())
        };
        put(ID, &message.id)?;
        put(PATH, path)?;
        put(STREAM, &self.stream.cached_info().config.name)?;
        put(CONTENT_TYPE, message.payload.content_type)?;
        for (name, value) in &message.payload.headers {
            put(name, value)?;
        }
        Ok(headers)
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        // Marks are valid between any two of their methods.
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
