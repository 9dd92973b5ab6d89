//! A recorder with its file: delivers what watchers receive to the thread that writes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::MissedTickBehavior;

use super::feed::{Feed, Message};
use super::sink::{Sink, Summary};
use crate::error::{Kind, RecordingError};
use watchable_core::redact::Redactor;

/// How often a recording is flushed to the disk.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// How many messages may wait for the disk, besides the one that each source has a place for.
const QUEUE: usize = 32;

/// A recorder with its file, which no other recorder can open.
#[must_use = "a recorder does nothing until it runs"]
pub struct OpenRecorder {
    pub(super) sink: Sink,
    pub(super) feeds: Vec<Feed>,
    pub(super) redactor: Arc<Redactor>,
}

impl OpenRecorder {
    /// Records until a future completes, a watcher is stopped or fails. Then what was received is on the disk.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or a watcher fails.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, what was received is written in the background. What is lost is recorded when the
    /// recording is continued.
    pub async fn run(self, until: impl Future<Output = ()>) -> Result<Summary, RecordingError> {
        let Self { sink, feeds, redactor } = self;
        let path = sink.path.clone();
        let (sender, receiver) = channel(QUEUE + feeds.len());
        let writing = tokio::task::spawn_blocking(move || write(sink, receiver));
        let mut feeds: FuturesUnordered<_> =
            feeds.into_iter().map(|feed| feed.run(sender.clone())).collect();
        let ended = tokio::select! {
            () = until => None,
            ended = feeds.next() => ended,
            () = tick(&sender) => None,
        };
        drop((feeds, sender));
        let summary = writing.await.map_err(|error| panicked(&path, &error))??;
        match ended {
            Some(Err(error)) => Err(RecordingError::new(&path, Kind::Watch(error))),
            _ => Ok(Summary { unmatched: redactor.unmatched(), ..summary }),
        }
    }
}

impl std::fmt::Debug for OpenRecorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenRecorder").field("path", &self.sink.path).finish_non_exhaustive()
    }
}

/// Has the file flushed each second, until the thread that writes has ended.
async fn tick(sender: &Sender<Message>) {
    let mut interval = tokio::time::interval(SYNC_INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if sender.send(Message::Sync).await.is_err() {
            return;
        }
    }
}

/// Writes what is received, on a thread of its own.
fn write(mut sink: Sink, mut receiver: Receiver<Message>) -> Result<Summary, RecordingError> {
    while let Some(message) = receiver.blocking_recv() {
        match message {
            Message::Received(batch) => {
                batch.into_iter().try_for_each(|received| sink.take(received))?;
            }
            Message::Sync => sink.sync()?,
        }
    }
    sink.finish()
}

/// The error of a thread that panicked, or was not started because the runtime ends.
pub(super) fn panicked(path: &std::path::Path, error: &tokio::task::JoinError) -> RecordingError {
    RecordingError::io(path, "write")(std::io::Error::other(error.to_string()))
}
