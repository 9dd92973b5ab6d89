//! The public stream type.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FusedStream;
use futures::{FutureExt as _, Stream};
use tokio::time::Instant;

use crate::error::{DurableError, Kind};
use crate::event::{DurableEvent, EventMark};
use crate::ledger::Commit;
use crate::part::Part;
use crate::store::{CheckpointStore, StoreError};

/// How often the position of a stream without events is written.
const POSITION_INTERVAL: Duration = Duration::from_secs(30);

/// Events that survive the process, as a [`Stream`](futures::Stream).
///
/// [`DurableExt::durable`](crate::DurableExt::durable) returns it. The stream begins where the last commit of its name
/// left off; the first time, with the current state. Then:
///
/// - What was committed is never handed out again.
/// - What was handed out and not committed comes again after a restart, in order for each object, with the same
///   [id](DurableEvent::id).
/// - What happened meanwhile is handed out once, deletions included. Where the server no longer has the events, a relist
///   is compared with what was committed; its events have [`Origin::Repair`](watch_protocol::Origin::Repair) and a
///   [gap](DurableEvent::gap).
///
/// So a sink that is written before the commit has every event at least once, and recognises one that it has by the id.
/// A sink that shares its transaction with the [`CheckpointStore`] has every event exactly once.
///
/// One loss is left, and only for a sink of the first sort: an object that was created after the last commit, handed out,
/// and deleted, all before the server lost its history of it, is not known any more, and its deletion is not handed out.
///
/// An item is an event or an error. After an error for which [`is_terminal`](DurableError::is_terminal) returns true, the
/// watcher that it is about has ended, and with the last watcher the stream.
///
/// While everything is committed, the position of a quiet stream is written by itself: when a list is complete, and then
/// every 30 seconds, so that a restart has little to catch up with.
///
/// # Cancel safety
///
/// Dropping the future of `next()` or `try_next()` loses no event. Dropping the future of a commit leaves it open whether
/// the commit is done: commit again.
///
/// # Panics
///
/// Polling panics outside of a Tokio runtime with its time driver enabled.
#[must_use = "streams do nothing unless polled"]
pub struct DurableStream<O> {
    id: u64,
    store: Arc<dyn CheckpointStore>,
    name: String,
    cluster: Option<String>,
    parts: Vec<Part<O>>,
    /// The part that is polled first, so that a busy one starves no other.
    turn: usize,
    /// The number of the last event that was handed out.
    number: u64,
    /// The number of the last event that was to be committed. A commit that failed may have been done all the same, so
    /// that later ones go at least as far.
    requested: u64,
    /// The write that is under way, of a commit or of positions alone, and when the last one began.
    saving: Option<Saving>,
    saved: Option<Instant>,
}

struct Saving {
    write: BoxFuture<'static, Result<(), StoreError>>,
    commits: Vec<(usize, Commit)>,
}

impl<O> DurableStream<O> {
    pub(crate) fn new(store: Arc<dyn CheckpointStore>, name: String, parts: Vec<Part<O>>) -> Self {
        static STREAMS: AtomicU64 = AtomicU64::new(0);
        Self {
            id: STREAMS.fetch_add(1, Ordering::Relaxed),
            store,
            name,
            cluster: None,
            parts,
            turn: 0,
            number: 0,
            requested: 0,
            saving: None,
            saved: None,
        }
    }

    /// Names the cluster, in the ids of events and in the checkpoint. By default the uid of the namespace `kube-system`
    /// identifies it, which the user has to be allowed to get. It has to be set before the stream is polled.
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.cluster = Some(name.into());
        self
    }

    /// Commits everything that was handed out: after a restart, none of it comes again.
    ///
    /// The cost depends on how much was handed out since the last commit, not on how many objects there are. With
    /// [`Checkpoints`](crate::Checkpoints) it includes one `fsync`.
    ///
    /// # Errors
    ///
    /// Fails if the checkpoint cannot be written. What was committed before stays so, and the commit may be tried again.
    pub async fn commit(&mut self) -> Result<(), DurableError> {
        self.commit_to(self.number).await
    }

    /// Commits an event and everything that was handed out before it, but nothing after: for sinks with several events in
    /// flight.
    ///
    /// # Errors
    ///
    /// Fails if the checkpoint cannot be written, as [`commit`](Self::commit) does, and if the event is not this
    /// stream's.
    pub async fn commit_up_to(&mut self, event: &DurableEvent<O>) -> Result<(), DurableError> {
        self.commit_up_to_mark(event.mark()).await
    }

    /// Commits as [`commit_up_to`](Self::commit_up_to) does, by the [mark](DurableEvent::mark) of the event.
    ///
    /// # Errors
    ///
    /// As [`commit_up_to`](Self::commit_up_to).
    pub async fn commit_up_to_mark(&mut self, mark: EventMark) -> Result<(), DurableError> {
        if mark.stream != self.id {
            return Err(DurableError::new(Kind::ForeignEvent));
        }
        self.commit_to(mark.number).await
    }

    async fn commit_to(&mut self, number: u64) -> Result<(), DurableError> {
        self.requested = self.requested.max(number);
        // Also one whose future was dropped: it may be done at any time.
        if let Err(error) = self.saving_done().await {
            self.log(&error);
        }
        let up_to = self.requested;
        if !self.begin_saving(|part| part.prepare(up_to)) {
            return Ok(());
        }
        self.saving_done()
            .await
            .map_err(|source| DurableError::new(Kind::Commit { stream: self.name.clone(), source }))
    }

    /// Begins to write what the parts have to write. Returns whether that is anything.
    fn begin_saving(&mut self, prepare: impl Fn(&mut Part<O>) -> Option<Commit>) -> bool {
        let parts = self.parts.iter_mut().enumerate();
        let mut commits: Vec<_> =
            parts.filter_map(|(at, part)| Some((at, prepare(part)?))).collect();
        if commits.is_empty() {
            return false;
        }
        self.saved = Some(Instant::now());
        let batches = commits.iter_mut().map(|(_, commit)| std::mem::take(&mut commit.batch));
        let (batches, store) = (batches.collect(), Arc::clone(&self.store));
        let write = async move { store.commit(batches).await }.boxed();
        self.saving = Some(Saving { write, commits });
        true
    }

    /// Waits for the write that is under way, if any.
    async fn saving_done(&mut self) -> Result<(), StoreError> {
        let Some(saving) = &mut self.saving else { return Ok(()) };
        let written = saving.write.as_mut().await;
        self.saved(written)
    }

    /// Writes positions that have moved without events, now and then.
    fn poll_save(&mut self, cx: &mut Context<'_>) {
        if self.saving.is_none() {
            let is_early = self.saved.is_some_and(|saved| saved.elapsed() < POSITION_INTERVAL);
            if !self.begin_saving(|part| part.prepare_position(is_early)) {
                return;
            }
        }
        if let Some(saving) = &mut self.saving
            && let Poll::Ready(written) = saving.write.poll_unpin(cx)
            && let Err(error) = self.saved(written)
        {
            self.log(&error);
        }
    }

    fn saved(&mut self, written: Result<(), StoreError>) -> Result<(), StoreError> {
        let commits = self.saving.take().map(|saving| saving.commits);
        written?;
        for (at, commit) in commits.into_iter().flatten() {
            self.parts[at].written(commit);
        }
        Ok(())
    }

    /// Nothing is lost by it, and the next commit will say so.
    fn log(&self, error: &StoreError) {
        tracing::warn!(checkpoint = self.name, %error, "the checkpoint could not be written");
    }
}

impl<O> Stream for DurableStream<O> {
    type Item = Result<DurableEvent<O>, DurableError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut all_ended = true;
        for offset in 0..this.parts.len() {
            let at = (this.turn + offset) % this.parts.len();
            let number = (this.id, this.number + 1);
            let part = &mut this.parts[at];
            match part.poll_next(cx, &this.store, this.cluster.as_deref(), number) {
                Poll::Ready(Some(item)) => {
                    this.number += 1;
                    this.turn = at + 1;
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => {}
                Poll::Pending => all_ended = false,
            }
        }
        if all_ended {
            return Poll::Ready(None);
        }
        this.poll_save(cx);
        Poll::Pending
    }
}

/// Terminated once all its watchers have ended.
impl<O> FusedStream for DurableStream<O> {
    fn is_terminated(&self) -> bool {
        self.parts.iter().all(Part::has_ended)
    }
}

// Nothing in it is pinned.
impl<O> Unpin for DurableStream<O> {}

impl<O> fmt::Debug for DurableStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DurableStream")
            .field("name", &self.name)
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}
