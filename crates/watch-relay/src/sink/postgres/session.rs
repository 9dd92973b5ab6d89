//! The state that a sink and its store of checkpoints share: one connection, and its transaction.

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;
use watch_durable as durable;

use super::connection::Connection;
use super::failure::explain;
use super::phase::Phase;
use super::rows::Rows;
use super::target::Target;
use super::write::{self, Written};
use crate::batch::Batch;
use crate::sink::{Fence, SinkError};

/// Each statement sees what was committed before it, of a fence's row too.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

pub(super) struct Session {
    pub(super) target: Target,
    state: Mutex<State>,
}

struct State {
    connection: Option<Connection>,
    fence: Option<Fence>,
    phase: Phase,
}

impl Session {
    pub(super) fn new(target: Target) -> Self {
        let state = State { connection: None, fence: None, phase: Phase::Idle };
        Self { target, state: Mutex::new(state) }
    }

    /// Connects unless it is connected, gives up what was not committed, and raises the fence.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be used, or if the fence was raised above this epoch.
    pub(super) async fn open(&self, fence: Option<&Fence>) -> Result<(), SinkError> {
        let mut state = self.state.lock().await;
        state.fence = fence.cloned();
        self.run(&mut state, async |state| {
            if state.phase != Phase::Idle {
                state.phase = Phase::Committing { with_batch: true };
            }
            let connection = self.connected(&mut state.connection, state.phase).await?;
            if let Some(fence) = fence {
                self.raise(connection, fence).await?;
            }
            state.phase = Phase::Idle;
            Ok(())
        })
        .await
    }

    /// Begins a transaction, and stores messages in it.
    ///
    /// # Errors
    ///
    /// Fails if the server does, if another has raised the fence, or if the sink is not open. Then nothing is stored.
    pub(super) async fn deliver(&self, batch: &Batch) -> Result<Written, SinkError> {
        let mut state = self.state.lock().await;
        let refused = match state.phase {
            Phase::Delivered => "the batch before was not committed",
            Phase::Committing { with_batch: true } => {
                "the commit of the batch before has failed: open the sink again"
            }
            _ if state.connection.is_none() => "the sink is not open",
            _ => "",
        };
        if !refused.is_empty() {
            return Err(SinkError::new(format!("{}: {refused}", self.target.name)));
        }
        let before = state.phase;
        state.phase = Phase::Delivering;
        let written = self
            .run(&mut state, async |state| {
                let fence = state.fence.as_ref();
                let connection = self.connected(&mut state.connection, before).await?;
                self.begin(connection, fence).await?;
                let written = write::write(connection, batch.pending()).await;
                written.map_err(|error| explain(&self.target, "cannot store events", error))
            })
            .await;
        // Nothing of it is stored: there is no batch that a commit could lose.
        state.phase = if written.is_ok() { Phase::Delivered } else { Phase::Idle };
        written
    }

    /// Adds rows of checkpoints to the transaction, and commits it. Without one it begins one.
    ///
    /// # Errors
    ///
    /// Fails if the server does, or if a batch was stored of which nothing is left.
    pub(super) async fn commit(&self, batches: Vec<durable::Batch>) -> Result<(), SinkError> {
        let mut state = self.state.lock().await;
        if state.phase.has_lost_a_batch() {
            return Err(SinkError::new(format!(
                "{}: the transaction was lost: open the sink, and deliver the batch again",
                self.target.name
            )));
        }
        let before = state.phase;
        let with_batch = before == Phase::Delivered;
        state.phase = Phase::Committing { with_batch };
        let rows = Rows::new(batches);
        let committed = self
            .run(&mut state, async |state| {
                let fence = state.fence.as_ref();
                if with_batch && !state.connection.as_ref().is_some_and(Connection::is_open) {
                    let text =
                        format!("{}: the connection was lost before the commit", self.target.name);
                    return Err(SinkError::new(text));
                }
                let connection = self.connected(&mut state.connection, before).await?;
                if !with_batch {
                    self.begin(connection, fence).await?;
                }
                let stored = rows.store(connection).await;
                stored.map_err(|error| explain(&self.target, "cannot store checkpoints", error))?;
                self.execute(connection, "COMMIT").await
            })
            .await;
        if committed.is_ok() || !with_batch {
            state.phase = Phase::Idle;
        }
        committed
    }

    /// Returns the rows of a stream.
    ///
    /// # Errors
    ///
    /// Fails if the server does.
    pub(super) async fn load(&self, stream: &str) -> Result<Vec<durable::Row>, SinkError> {
        let mut state = self.state.lock().await;
        let rows = self
            .run(&mut state, async |state| {
                let connection = self.connected(&mut state.connection, state.phase).await?;
                let rows = connection.client.query(&connection.statements.load, &[&stream]).await;
                rows.map_err(|error| explain(&self.target, "cannot read checkpoints", error))
            })
            .await?;
        Ok(rows.iter().map(|row| durable::Row { key: row.get(0), value: row.get(1) }).collect())
    }

    /// Runs something within the time that is allowed. If it fails, the connection is closed, and with it the
    /// transaction.
    async fn run<T>(
        &self,
        state: &mut MutexGuard<'_, State>,
        operation: impl AsyncFnOnce(&mut State) -> Result<T, SinkError>,
    ) -> Result<T, SinkError> {
        let result = match timeout(self.target.timeout, operation(state)).await {
            Ok(result) => result,
            Err(_) => Err(SinkError::new(format!(
                "{}: no answer within {} s",
                self.target.name,
                self.target.timeout.as_secs()
            ))),
        };
        if result.is_err() {
            state.connection = None;
        }
        result
    }

    /// Returns the connection. If there is none, or it has ended, it is opened; else a transaction that is not wanted is
    /// ended.
    async fn connected<'a>(
        &self,
        connection: &'a mut Option<Connection>,
        phase: Phase,
    ) -> Result<&'a Connection, SinkError> {
        let open = connection.take_if(|connection| connection.is_open());
        let open = match open {
            Some(open) => {
                if phase.is_unclear() {
                    self.execute(&open, "ROLLBACK").await?;
                }
                open
            }
            None => Connection::open(&self.target).await?,
        };
        Ok(connection.insert(open))
    }

    async fn begin(&self, connection: &Connection, fence: Option<&Fence>) -> Result<(), SinkError> {
        let begin = self.execute(connection, BEGIN);
        let Some(fence) = fence else { return begin.await };
        // Sent one after the other, without waiting in between.
        let held = async {
            let (client, statements) = (&connection.client, &connection.statements);
            let held = client.query_opt(&statements.hold_epoch, &[&fence.name]).await;
            held.map_err(|error| explain(&self.target, "cannot read its fences", error))
        };
        let ((), held) = futures::try_join!(begin, held)?;
        match held.map(|row| row.get::<_, i64>(0)) {
            Some(epoch) if u64::try_from(epoch) == Ok(fence.epoch) => Ok(()),
            Some(epoch) => Err(self.fenced(fence, epoch)),
            None => Err(SinkError::new(format!(
                "{}: the row {} of the table fences was removed",
                self.target.name, fence.name
            ))),
        }
    }

    async fn raise(&self, connection: &Connection, fence: &Fence) -> Result<(), SinkError> {
        let epoch = i64::try_from(fence.epoch).map_err(|_| {
            SinkError::new(format!("{}: the epoch {} is too high", self.target.name, fence.epoch))
        })?;
        let (client, statements) = (&connection.client, &connection.statements);
        let raised = client.query_one(&statements.raise_epoch, &[&fence.name, &epoch]).await;
        let raised =
            raised.map_err(|error| explain(&self.target, "cannot raise its fence", error))?;
        let found: i64 = raised.get(0);
        if found == epoch { Ok(()) } else { Err(self.fenced(fence, found)) }
    }

    fn fenced(&self, fence: &Fence, epoch: i64) -> SinkError {
        SinkError::fenced(format!(
            "{}: {} was taken over: its epoch is {epoch}, and this holder's {}",
            self.target.name, fence.name, fence.epoch
        ))
    }

    async fn execute(&self, connection: &Connection, statement: &str) -> Result<(), SinkError> {
        let done = connection.client.batch_execute(statement).await;
        done.map_err(|error| explain(&self.target, statement, error))
    }
}
