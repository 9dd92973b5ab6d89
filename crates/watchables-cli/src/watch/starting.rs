//! Clusters that are being connected to, and those that are tried again.

use std::future::pending;

use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};

use super::manifests::Manifest;
use super::start::{Start, Started};
use crate::args::WatchArgs;

type Attempts<'a> = FuturesUnordered<LocalBoxFuture<'a, anyhow::Result<Started>>>;

/// The starts that are not over.
pub(crate) struct Starting<'a> {
    starts: &'a [Start],
    args: &'a WatchArgs,
    manifests: &'a [Manifest],
    first: Attempts<'a>,
    again: Attempts<'a>,
}

impl<'a> Starting<'a> {
    /// Starts all.
    pub(crate) fn new(starts: &'a [Start], args: &'a WatchArgs, manifests: &'a [Manifest]) -> Self {
        let first = starts.iter().map(|start| start.run(args, manifests, false).boxed_local());
        Self { starts, args, manifests, first: first.collect(), again: Attempts::new() }
    }

    /// Whether each has been tried.
    pub(crate) fn all_tried(&self) -> bool {
        self.first.is_empty()
    }

    /// Returns the result of a first attempt. `None` if each has been tried.
    ///
    /// # Errors
    ///
    /// If the only cluster cannot be watched.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no result.
    pub(crate) async fn first(&mut self) -> anyhow::Result<Option<Started>> {
        let started = self.first.next().await.transpose()?;
        Ok(started.inspect(|started| self.note(started)))
    }

    /// Returns the next result, of a first attempt or a later one. Never resolves if there is none to come.
    ///
    /// # Errors
    ///
    /// If the only cluster cannot be watched.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no result.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Started> {
        let started = tokio::select! {
            Some(started) = self.first.next() => started,
            Some(started) = self.again.next() => started,
            else => pending().await,
        };
        started.inspect(|started| self.note(started))
    }

    /// Has a cluster tried again that is left out. Not with `--resume`: its place in the file has to be known at the start.
    fn note(&mut self, started: &Started) {
        let Started::Absent(label) = started else { return };
        let start = self.starts.iter().find(|start| start.label.as_ref() == Some(label));
        if let Some(start) = start.filter(|_| self.args.resume.is_none()) {
            self.again.push(start.run(self.args, self.manifests, true).boxed_local());
        }
    }
}
