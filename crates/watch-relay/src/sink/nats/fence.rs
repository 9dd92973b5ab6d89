//! Keeps a former holder of a shard out.
//!
//! Whoever opens a shard's sink writes its epoch into a stream of its own, and looks there again, at most once a second
//! and whenever it finds that somebody else has written. A former holder is refused then, within a second or with the
//! first of its messages that another one overtook. What it had sent before may still be stored: each such message is
//! either expected after another one than the last of its subject, and refused by the server, or it is the next event of
//! its object, and the new holder recognises it as stored.

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, Stream};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::nats::{Connection, encode, is_wrong_sequence, last_of, stream_of};
use crate::sink::{Fence, SinkError};

/// How often the epoch is read.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often writing the epoch is tried when others do so at the same time.
const ATTEMPTS: u32 = 10;

/// The place of an epoch.
#[derive(Debug)]
pub(super) struct FenceRecord {
    fence: Fence,
    stream: Stream<Info>,
    subject: String,
    checked: Instant,
}

#[derive(Deserialize, Serialize)]
struct Epoch {
    epoch: u64,
}

impl FenceRecord {
    /// Writes the epoch, unless a higher one is there.
    pub(super) async fn take(
        connection: &Connection,
        stream: &str,
        replicas: usize,
        fence: &Fence,
    ) -> Result<Self, SinkError> {
        let create = Config {
            name: stream.to_owned(),
            subjects: vec![format!("{stream}.>")],
            max_messages: -1,
            max_bytes: -1,
            max_messages_per_subject: 1,
            discard: DiscardPolicy::Old,
            num_replicas: replicas,
            description: Some("which replica delivers each shard; by watchables relay".to_owned()),
            ..Config::default()
        };
        let missing = "it is created with the right to do so";
        let stream = stream_of(connection, stream, Some(create), missing).await?;
        let subject = format!("{}.{}", stream.cached_info().config.name, encode(&fence.name));
        let record = Self { fence: fence.clone(), stream, subject, checked: Instant::now() };
        for _ in 0..ATTEMPTS {
            let (sequence, epoch) = record.read(connection).await?;
            record.compare(epoch)?;
            if epoch == fence.epoch && sequence > 0 {
                return Ok(record);
            }
            if record.write(connection, sequence).await? {
                return Ok(record);
            }
        }
        let (name, subject) = (&connection.name, &record.subject);
        Err(SinkError::new(format!("{name}: others write {subject} at the same time")))
    }

    /// Fails if somebody else has taken over, as far as was seen within the last second.
    pub(super) async fn check_sometimes(
        &mut self,
        connection: &Connection,
    ) -> Result<(), SinkError> {
        if self.checked.elapsed() >= INTERVAL {
            self.check(connection).await?;
            self.checked = Instant::now();
        }
        Ok(())
    }

    /// Fails if somebody else has taken over.
    pub(super) async fn check(&self, connection: &Connection) -> Result<(), SinkError> {
        let (_, epoch) = self.read(connection).await?;
        self.compare(epoch)
    }

    fn compare(&self, epoch: u64) -> Result<(), SinkError> {
        let Fence { name, epoch: ours } = &self.fence;
        if epoch > *ours {
            return Err(SinkError::fenced(format!(
                "another replica has taken over {name:?}, with epoch {epoch} after {ours}"
            )));
        }
        Ok(())
    }

    /// Returns the sequence of the record, zero if there is none, and its epoch.
    async fn read(&self, connection: &Connection) -> Result<(u64, u64), SinkError> {
        let Some(message) = last_of(connection, &self.stream, &self.subject).await? else {
            return Ok((0, 0));
        };
        let epoch: Epoch = serde_json::from_slice(&message.payload).map_err(|error| {
            let (name, subject) = (&connection.name, &self.subject);
            SinkError::new(format!("{name}: {subject} has no epoch; choose another `fenceStream`"))
                .with_source(error)
        })?;
        Ok((message.sequence, epoch.epoch))
    }

    /// Writes the epoch after the message with this sequence. Returns whether that was the last one.
    async fn write(&self, connection: &Connection, sequence: u64) -> Result<bool, SinkError> {
        let body = serde_json::to_vec(&Epoch { epoch: self.fence.epoch }).expect("a number");
        let message =
            PublishMessage::build().payload(body.into()).expected_last_subject_sequence(sequence);
        match connection.publish(&self.subject, message).await {
            Ok(_) => Ok(true),
            Err(error) if is_wrong_sequence(&error) => Ok(false),
            Err(error) if error.kind() == PublishErrorKind::TimedOut => {
                Err(connection.unanswered("the fence").into())
            }
            Err(error) => {
                let what = format!("the fence {} cannot be written", self.subject);
                Err(connection.failed(&what, None, error).into())
            }
        }
    }
}
