//! Checkpoints in PostgreSQL: with a sink's events, or alone.

use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_durable::{Batch, CheckpointStore, Claim, Claims, Row, StoreError};

use super::config::PostgresConfig;
use super::session::Session;
use super::target::Target;
use crate::sink::{Fence, SinkError};

/// A store of checkpoints in a PostgreSQL database, which all replicas reach. It connects when it is used, and again
/// after a connection was lost.
///
/// That of a [sink](super::PostgresSink) shares its transaction.
#[derive(Clone)]
pub struct PostgresCheckpoints {
    session: Arc<Session>,
    claims: Claims,
}

impl PostgresCheckpoints {
    /// Creates a store with a connection of its own.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid.
    pub fn new(config: &PostgresConfig) -> Result<Self, SinkError> {
        Ok(Self::of(Arc::new(Session::new(Target::new(config)?))))
    }

    pub(super) fn of(session: Arc<Session>) -> Self {
        Self { session, claims: Claims::default() }
    }

    /// Connects, and with a [`Fence`] refuses from now on commits of whoever opened the store before with a lower epoch.
    /// Without a fence this is not necessary. Load checkpoints after it: until then, a former holder may commit.
    ///
    /// # Errors
    ///
    /// Fails if the database cannot be used, or if a higher epoch is known.
    pub async fn open(&self, fence: Option<&Fence>) -> Result<(), SinkError> {
        self.session.open(fence).await
    }
}

impl CheckpointStore for PostgresCheckpoints {
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        let name = &self.session.target.name;
        let in_use = || StoreError::new(format!("{name}: the stream {stream} is in use"));
        self.claims.claim(stream).ok_or_else(in_use)
    }

    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        let (session, stream) = (Arc::clone(&self.session), stream.to_owned());
        self.in_own_task(async move { session.load(&stream).await }).boxed()
    }

    /// Fails also if a batch of the sink was lost. If another holder has taken over, the error's source is a
    /// [`SinkError`] that says so. A commit that has begun goes on if the future is dropped, or not polled.
    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        let session = Arc::clone(&self.session);
        self.in_own_task(async move { session.commit(batches).await }).boxed()
    }
}

impl PostgresCheckpoints {
    /// Runs something in a task of its own. A durable stream keeps the future of a commit, and polls it only when it is
    /// polled itself; meanwhile the sink must not wait for it in vain.
    async fn in_own_task<T: Send + 'static>(
        &self,
        operation: impl Future<Output = Result<T, SinkError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let name = &self.session.target.name;
        let ended = tokio::spawn(operation).await;
        ended
            .map_err(|error| StoreError::new(format!("{name}: it was ended")).with_source(error))?
            .map_err(store_error)
    }
}

fn store_error(error: SinkError) -> StoreError {
    StoreError::new(error.to_string()).with_source(error)
}

impl fmt::Debug for PostgresCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresCheckpoints").field(&self.session.target.name).finish()
    }
}
