//! Checkpoints in a stream of NATS JetStream.
//!
//! # How
//!
//! Each holder of a name (a pipeline and a shard) writes to a subject of its own, `STREAM.NAME`. A message is a commit,
//! or part of one that is larger than a message may be; a commit whose last part is missing is ignored. When the log has
//! grown to four times its content, and 4 MiB, all rows are written as one, and what is before them is removed. Reading
//! takes as long as reading all of that.
//!
//! Whoever opens a name writes a claim, and each message names the one that must be before it
//! (`Nats-Expected-Last-Subject-Sequence`): the server refuses every commit of a former holder from that moment on.
//!
//! # Durability
//!
//! A commit survives what the stream's messages survive: the server's crash if they are in files, and the loss of a
//! server if there are replicas. NATS calls `fsync` every two minutes by default (`sync_interval`), so the loss of power
//! of a single server may cost the last commits; then their events are delivered again, and the sink recognises them.

mod config;
mod encoding;
mod log;
mod part;
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_durable::{Batch, CheckpointStore, Claim, Claims, Row, StoreError};

use crate::nats::{Connection, encode, stream_of};
use crate::sink::Fence;

pub use config::JetStreamConfig;
use log::Log;
use part::Rows;
use writer::Writer;

/// Checkpoints of the streams of one holder. Clones are handles of the same.
///
/// The rows are in memory only from when they were read until their stream loads them.
#[derive(Clone)]
pub struct JetStreamCheckpoints(Arc<Shared>);

struct Shared {
    name: String,
    state: tokio::sync::Mutex<State>,
    /// The streams in use.
    claims: Claims,
}

struct State {
    writer: Writer,
    /// What was read, without the streams that follow.
    rows: Rows,
    /// The streams that were loaded or changed since.
    taken: HashSet<String>,
}

impl JetStreamCheckpoints {
    /// Takes a name over, and reads what was committed. Whoever had it can commit nothing more. Two names never share
    /// anything.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be used, the stream is missing or loses what is written, or the fence was passed: then
    /// a [`SinkError`](crate::sink::SinkError) that [is fenced](crate::sink::SinkError::is_fenced) is its source.
    pub async fn open(
        config: &JetStreamConfig,
        name: &str,
        fence: Option<&Fence>,
    ) -> Result<Self, StoreError> {
        let connection = config.server().connect().await?;
        let (create, missing) = (config.to_create(), config.how_to_create());
        let stream = stream_of(&connection, &config.stream, create, &missing).await?;
        let found = &stream.cached_info().config;
        let limits = [found.max_messages, found.max_bytes, found.max_messages_per_subject];
        if limits.iter().any(|limit| *limit > 0) || !found.max_age.is_zero() {
            return Err(StoreError::new(format!(
                "{}: the stream {} has limits, and would lose checkpoints; remove them with `nats stream edit {1} \
                 --max-msgs=-1 --max-bytes=-1 --max-msgs-per-subject=-1 --max-age=0`",
                connection.name, config.stream
            )));
        }
        let subject = format!("{}.{}", config.stream, encode(name));
        let name = describe(&connection, &subject);
        let mut writer = Writer::new(Log { connection, stream, subject }, fence);
        let rows = writer.take().await?;
        let state = State { writer, rows, taken: HashSet::new() };
        Ok(Self(Arc::new(Shared {
            name,
            state: tokio::sync::Mutex::new(state),
            claims: Claims::default(),
        })))
    }

    /// Sets the size of the log, in bytes, from which on it is written anew, for our own tests.
    #[doc(hidden)]
    pub async fn compact_from(&self, bytes: u64) {
        self.0.state.lock().await.writer.set_compact_bytes(bytes);
    }
}

impl CheckpointStore for JetStreamCheckpoints {
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        let Shared { name, claims, .. } = &*self.0;
        claims.claim(stream).ok_or_else(|| {
            StoreError::new(format!(
                "{name}: another stream of this process has the name {stream:?}; give each stream a name of its own"
            ))
        })
    }

    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        async move {
            let mut state = self.0.state.lock().await;
            if state.taken.contains(stream) {
                state.rows = state.writer.take().await?;
                state.taken.clear();
            }
            state.taken.insert(stream.to_owned());
            Ok(part::to_rows(state.rows.remove(stream).unwrap_or_default()))
        }
        .boxed()
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            let mut state = self.0.state.lock().await;
            for batch in &batches {
                state.rows.remove(&batch.stream);
                state.taken.insert(batch.stream.clone());
            }
            state.writer.commit(&batches).await
        }
        .boxed()
    }
}

impl fmt::Debug for JetStreamCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStreamCheckpoints").field("name", &self.0.name).finish_non_exhaustive()
    }
}

fn describe(connection: &Connection, subject: &str) -> String {
    format!("{}, {subject}", connection.name)
}
