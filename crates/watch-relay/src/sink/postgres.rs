//! PostgreSQL: a table of changes and one of the present state, in one transaction with the checkpoint.

mod checkpoints;
mod columns;
mod config;
mod connection;
mod failure;
mod managers;
mod phase;
mod rows;
mod session;
mod statements;
mod tables;
mod target;
mod url;
mod write;

use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_durable::CheckpointStore;

pub use self::checkpoints::PostgresCheckpoints;
pub use self::config::PostgresConfig;
use self::session::Session;
pub use self::tables::TABLES_SQL;
use self::target::Target;
use crate::batch::Batch;
use crate::sink::{Fence, Sink, SinkError};

/// Stores each event once in the table `changes`, and the present state in `objects`.
///
/// [`deliver`](Sink::deliver) stores a batch in a transaction, and a commit to [`transaction`](Sink::transaction) ends
/// it, with the checkpoint. Who keeps checkpoints elsewhere commits an empty list there; events that come again are
/// recognised by their ids.
///
/// A message whose data the server refuses (such as the character U+0000 in a text, which `jsonb` does not have) is
/// refused; the others of its batch are stored.
///
/// `deliver` is cancel safe: what it had stored is given up. After a commit that failed, the sink must be opened and the
/// batch delivered again; until then all commits fail.
pub struct PostgresSink {
    session: Arc<Session>,
    checkpoints: Arc<PostgresCheckpoints>,
}

impl PostgresSink {
    /// Creates a sink. It connects when it is opened.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid.
    pub fn new(config: &PostgresConfig) -> Result<Self, SinkError> {
        let session = Arc::new(Session::new(Target::new(config)?));
        let checkpoints = Arc::new(PostgresCheckpoints::of(Arc::clone(&session)));
        Ok(Self { session, checkpoints })
    }
}

impl Sink for PostgresSink {
    fn name(&self) -> &str {
        &self.session.target.name
    }

    fn open<'a>(&'a mut self, fence: Option<&'a Fence>) -> BoxFuture<'a, Result<(), SinkError>> {
        self.session.open(fence).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a mut Batch) -> BoxFuture<'a, Result<(), SinkError>> {
        async move {
            if batch.is_done() {
                return Ok(());
            }
            let written = self.session.deliver(batch).await?;
            for at in written.stored {
                batch.stored(at);
            }
            for (at, reason) in written.refused {
                batch.refused(at, reason);
            }
            Ok(())
        }
        .boxed()
    }

    fn transaction(&self) -> Option<Arc<dyn CheckpointStore>> {
        Some(Arc::clone(&self.checkpoints) as _)
    }
}

impl fmt::Debug for PostgresSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresSink").field(&self.session.target.name).finish()
    }
}
