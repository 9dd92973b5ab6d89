//! Durable streams without a watcher, for the simulation.
//!
//! Not part of the API: behind the feature `simulation`, for our own tests.

use std::error::Error;
use std::time::SystemTime;

use watch_protocol::EventType;
use watch_protocol::identity::Identity;
use watch_runtime::{Delivered, Position, Restrictions};
use watchable_core::ResourceInfo;

use crate::checkpoints::Checkpoints;
pub use crate::checkpoints::JournalSabotage;
use crate::error::DurableError;
use crate::header::Subject;
use crate::ledger::{self, Loaded};
use crate::store::{Batch, Row, StoreError};

const STREAM: &str = "simulated";

/// The ledger of a stream.
#[derive(Debug)]
pub struct Ledger(ledger::Ledger);

/// A commit that is about to be written.
#[derive(Debug)]
pub struct Commit(ledger::Commit);

impl Ledger {
    /// Reads the rows of a checkpoint.
    ///
    /// # Errors
    ///
    /// Fails if they are damaged.
    pub fn load(
        resource: &ResourceInfo,
        rows: Vec<Row>,
    ) -> Result<(Self, Delivered), DurableError> {
        let subject = Subject::new("cluster".to_owned(), resource, Restrictions::default());
        let Loaded { ledger, delivered, .. } = ledger::Ledger::load(STREAM, subject, rows)?;
        Ok((Self(ledger), delivered))
    }

    /// Takes note of an event that is handed out.
    pub fn record(
        &mut self,
        number: u64,
        etype: EventType,
        identity: Identity,
        position: Position,
    ) {
        self.0.record(number, etype, identity, None, position, SystemTime::UNIX_EPOCH);
    }

    /// Returns what commits all events up to a number.
    pub fn prepare(&self, up_to: u64, position: Position) -> Option<Commit> {
        self.0.prepare(up_to, (position, SystemTime::UNIX_EPOCH)).map(Commit)
    }

    /// The commit was written.
    pub fn written(&mut self, commit: Commit) {
        self.0.written(commit.0);
    }
}

impl Commit {
    /// Returns what is to be written.
    pub fn batch(&self) -> Batch {
        self.0.batch.clone()
    }
}

/// Reads the rows of a stream.
///
/// # Errors
///
/// Fails if they cannot be read.
pub fn read(checkpoints: &Checkpoints, stream: &str) -> Result<Vec<Row>, StoreError> {
    checkpoints.read(stream)
}

/// Writes batches.
///
/// # Errors
///
/// Fails if they cannot be written.
pub fn write(checkpoints: &Checkpoints, batches: &[Batch]) -> Result<(), StoreError> {
    checkpoints.write(batches)
}

/// Returns an error with its sources, in one line.
pub fn message(error: &(dyn Error + 'static)) -> String {
    let sources = std::iter::successors(Some(error), |error| (*error).source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
