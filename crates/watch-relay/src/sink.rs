//! Where events are sent: the interface of sinks.

pub mod http;
pub mod kafka;
pub mod lines;
pub mod nats;
pub mod postgres;
mod secret_file;
mod template;
pub mod tls;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use watch_durable::CheckpointStore;

use crate::batch::Batch;

/// Takes events, and acknowledges them.
///
/// The relay opens a sink, then delivers batch after batch, one at a time, and commits what was delivered. After an
/// error it opens the sink again, and delivers what is pending again, after a backoff; so a sink needs no retries of its
/// own.
pub trait Sink: Send {
    /// Names the sink in notices and metrics, such as `nats://127.0.0.1:4222, stream k8s`; without secrets.
    fn name(&self) -> &str;

    /// Connects, unless it is connected, checks that what must be there is there, and finds out what was stored last, so
    /// that it can recognise what comes again.
    ///
    /// With a [`Fence`], whoever opened the sink before with a lower epoch is refused from now on, if the sink can.
    ///
    /// # Errors
    ///
    /// Fails if the sink cannot be used (now, or as it is configured).
    fn open<'a>(&'a mut self, fence: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>>;

    /// Delivers what is pending of a batch, in order for each object, and records the outcome of each message: stored
    /// once the sink would not lose it, which includes those that it had before, or refused for good.
    ///
    /// # Errors
    ///
    /// Fails if messages are left pending.
    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>>;

    /// Returns the store of checkpoints that shares its transaction with this sink: what was delivered is stored with
    /// the next commit to it, or not at all. The relay then commits after each batch, and delivers a batch again,
    /// [reset](Batch::reset), if the commit fails.
    fn transaction(&self) -> Option<Arc<dyn CheckpointStore>> {
        None
    }

    /// Closes the sink after the last batch. By default nothing has to be done.
    fn close(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// What keeps a former holder of a shard out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The name of the pipeline and of the shard.
    pub name: String,
    /// How often the shard has changed hands: who has a higher number came later.
    pub epoch: u64,
}

/// Why a sink could not be opened or written. Its message names the sink, and what to do if a person must.
#[derive(Debug)]
pub struct SinkError {
    message: String,
    retry_after: Option<Duration>,
    is_fenced: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl SinkError {
    /// Creates an error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), retry_after: None, is_fenced: false, source: None }
    }

    /// Creates the error of a former holder: another replica has taken over, and this one must stop.
    pub fn fenced(message: impl Into<String>) -> Self {
        Self { is_fenced: true, ..Self::new(message) }
    }

    /// Adds the error that it came from.
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Adds how long the sink asked to be left alone.
    pub fn with_retry_after(self, time: Duration) -> Self {
        Self { retry_after: Some(time), ..self }
    }

    /// Returns how long the sink asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns whether another replica has taken over.
    pub fn is_fenced(&self) -> bool {
        self.is_fenced
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
