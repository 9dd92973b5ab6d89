//! The log of one holder's checkpoints: the messages of a subject.

use std::ops::ControlFlow;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Info, PurgeErrorKind, Stream};
use bytes::Bytes;

use crate::checkpoints::jetstream::part::{Assembly, Part};
use crate::nats::{Connection, Failure, is_wrong_sequence, last_of, read_all};

/// What remains for a message's headers.
const HEADERS: usize = 1 << 10;

/// A subject, and the connection to its stream.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) connection: Connection,
    pub(super) stream: Stream<Info>,
    pub(super) subject: String,
}

/// What became of a message.
pub(super) enum Written {
    /// It is stored, with this sequence.
    Stored(u64),
    /// Another message is last.
    Refused,
}

impl Log {
    /// Returns how many bytes of a commit a message may have.
    pub(super) fn part_bytes(&self) -> usize {
        let server = self.connection.context.client().max_payload();
        let stream = usize::try_from(self.stream.cached_info().config.max_message_size);
        let stream = stream.ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        server.min(stream).saturating_sub(HEADERS).max(1)
    }

    /// Returns the headers of the last message that identify its event, and its sequence.
    pub(super) async fn last(&self) -> Result<Option<(u64, Part)>, Failure> {
        let last = last_of(&self.connection, &self.stream, &self.subject).await?;
        last.map(|last| {
            Part::read(&last.headers)
                .map(|part| (last.sequence, part))
                .ok_or_else(|| self.foreign())
        })
        .transpose()
    }

    /// Reads all messages. Returns what they make, and the sequence of the last one; zero if there is none.
    pub(super) async fn read(&self) -> Result<(Assembly, u64), Failure> {
        let connection = &self.connection;
        let what = format!("the checkpoints in {} cannot be read", self.subject);
        let mut assembly = Assembly::default();
        let config = OrderedConfig {
            filter_subject: self.subject.clone(),
            deliver_policy: DeliverPolicy::All,
            ..OrderedConfig::default()
        };
        let mut last = 0;
        let each = |message: &Message, sequence| {
            last = sequence;
            let part = message.headers.as_ref().and_then(Part::read);
            part.and_then(|part| assembly.add(part, &message.payload))
                .map(|()| ControlFlow::Continue(()))
                .ok_or_else(|| self.foreign())
        };
        read_all(connection, &self.stream, config, &what, each).await?;
        Ok((assembly, last))
    }

    /// Writes a message after the one with this sequence.
    pub(super) async fn write(
        &self,
        part: &Part,
        body: Bytes,
        after: u64,
    ) -> Result<Written, Failure> {
        let message = PublishMessage::build()
            .headers(part.headers())
            .payload(body)
            .expected_stream(&self.stream.cached_info().config.name)
            .expected_last_subject_sequence(after);
        match self.connection.publish(&self.subject, message).await {
            Ok(acknowledgement) => Ok(Written::Stored(acknowledgement.sequence)),
            Err(error) if is_wrong_sequence(&error) => Ok(Written::Refused),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Removes what is before a sequence.
    pub(super) async fn purge(&self, before: u64) -> Result<(), Failure> {
        let purge = self.stream.purge().filter(&self.subject).sequence(before);
        purge.await.map(|_| ()).map_err(|error| {
            let code = match error.kind() {
                PurgeErrorKind::JetStream(inner) => Some(inner.error_code()),
                _ => None,
            };
            let what = format!("old checkpoints in {} cannot be removed", self.subject);
            self.connection.failed(&what, code, error)
        })
    }

    fn failed(&self, error: PublishError) -> Failure {
        let stream = &self.stream.cached_info().config.name;
        match error.kind() {
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => {
                self.connection.unanswered("whether a checkpoint is stored").with_source(error)
            }
            PublishErrorKind::StreamNotFound => Failure::new(format!(
                "{}: the stream {stream} does not take {}; add the subject `{stream}.>` to it",
                self.connection.name, self.subject
            ))
            .with_source(error),
            _ => {
                let what = format!("the stream {stream} does not take a checkpoint");
                self.connection.failed(&what, None, error)
            }
        }
    }

    fn foreign(&self) -> Failure {
        Failure::new(format!(
            "{}: {} has messages that are no checkpoints of this version; choose another `stream`",
            self.connection.name, self.subject
        ))
    }
}
