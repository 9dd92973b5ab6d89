//! Durable streams without async.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::runtime::Runtime;
use watch_durable::{
    CheckpointStore, DurableError, DurableEvent, DurableExt as _, DurableStream, EventMark,
};
use watchable_core::WatchTarget;

use super::{MultiplexingWatcher, Watcher};

impl<T: WatchTarget + 'static> Watcher<T> {
    /// Returns the events of this watcher from where the last commit under this name left off. See
    /// [`DurableExt::durable`](crate::DurableExt::durable).
    ///
    /// ```no_run
    /// # #[cfg(feature = "rel_1_37")]
    /// # fn program() -> Result<(), Box<dyn std::error::Error>> {
    /// use watchables::Checkpoints;
    /// use watchables::blocking::{Watcher, connect};
    /// use watchables::rel_1_37::v1::Pod;
    ///
    /// let client = connect()?;
    /// let checkpoints = Checkpoints::open("pods.redb")?;
    /// let mut events = Watcher::<Pod>::new(&client).durable(&checkpoints, "pods")?;
    /// while let Some(event) = events.next() {
    ///     let event = event?;
    ///     println!("{} {} {:?}", event.id(), event.etype, event.obj.metadata.name);
    ///     events.commit()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a stream of this name is in use in this process. All other errors are items of the iterator.
    pub fn durable<S>(
        self,
        checkpoints: &S,
        name: &str,
    ) -> Result<DurableEvents<T::Item>, DurableError>
    where
        S: CheckpointStore + Clone + 'static,
    {
        let (watcher, runtime) = self.into_parts();
        Ok(DurableEvents { stream: watcher.durable(checkpoints, name)?, runtime })
    }
}

impl<O: 'static> MultiplexingWatcher<O> {
    /// Returns the events of all watchers from where the last commit under this name left off. See
    /// [`DurableExt::durable`](crate::DurableExt::durable).
    ///
    /// # Errors
    ///
    /// Fails if a stream of this name is in use in this process. All other errors are items of the iterator.
    pub fn durable<S>(self, checkpoints: &S, name: &str) -> Result<DurableEvents<O>, DurableError>
    where
        S: CheckpointStore + Clone + 'static,
    {
        let runtime = Arc::clone(self.thread());
        Ok(DurableEvents { stream: self.as_async().clone().durable(checkpoints, name)?, runtime })
    }
}

/// The blocking form of [`DurableStream`](crate::DurableStream): an iterator over events that survive the process.
/// Dropping it closes its connections; what was not committed comes again.
///
/// `next` blocks until there is an event. A stop from another thread ends it immediately. A `for` loop borrows the
/// iterator, so that it could not commit: use `while let Some(event) = events.next()`.
///
/// # Panics
///
/// All methods but [`cluster`](Self::cluster) panic inside an async task.
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct DurableEvents<O> {
    stream: DurableStream<O>,
    runtime: Arc<Runtime>,
}

impl<O> DurableEvents<O> {
    /// See [`DurableStream::cluster`](crate::DurableStream::cluster).
    pub fn cluster(self, name: impl Into<String>) -> Self {
        Self { stream: self.stream.cluster(name), runtime: self.runtime }
    }

    /// Returns the next item as `next` does, or [`Poll::Pending`] if none comes within this time: to commit what is
    /// there while nothing more comes. No event is lost by it.
    pub fn next_within(
        &mut self,
        time: Duration,
    ) -> Poll<Option<Result<DurableEvent<O>, DurableError>>> {
        let next = async { tokio::time::timeout(time, self.stream.next()).await };
        self.runtime.block_on(next).map_or(Poll::Pending, Poll::Ready)
    }

    /// Commits everything that was handed out. See [`DurableStream::commit`](crate::DurableStream::commit).
    ///
    /// # Errors
    ///
    /// Fails if the checkpoint cannot be written. What was committed before stays so, and the commit may be tried again.
    pub fn commit(&mut self) -> Result<(), DurableError> {
        self.runtime.block_on(self.stream.commit())
    }

    /// Commits an event and everything before it. See
    /// [`DurableStream::commit_up_to`](crate::DurableStream::commit_up_to).
    ///
    /// # Errors
    ///
    /// Fails as [`commit`](Self::commit) does, and if the event is of another stream.
    pub fn commit_up_to(&mut self, event: &DurableEvent<O>) -> Result<(), DurableError> {
        self.commit_up_to_mark(event.mark())
    }

    /// Commits as [`commit_up_to`](Self::commit_up_to) does, by the [mark](crate::DurableEvent::mark) of the event.
    ///
    /// # Errors
    ///
    /// As [`commit_up_to`](Self::commit_up_to).
    pub fn commit_up_to_mark(&mut self, mark: EventMark) -> Result<(), DurableError> {
        self.runtime.block_on(self.stream.commit_up_to_mark(mark))
    }
}

impl<O> Iterator for DurableEvents<O> {
    type Item = Result<DurableEvent<O>, DurableError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.stream.next())
    }
}
