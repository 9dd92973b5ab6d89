//! One member while the multiplexer streams: its stream, its backoff and its error callback.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::{Instant, Sleep};
use watch_protocol::backoff::Backoff;
use watch_protocol::{WatchError, WatchEvent};

use crate::mux::member::{Key, MemberEvents, MemberOptions, MuxMember};
use crate::mux::multiplexer::MultiplexingWatcher;
use crate::mux::ready_queue::{ReadyQueue, SlotWaker};

pub(super) struct Slot<O> {
    pub(super) key: Key,
    pub(super) member: MuxMember<O>,
    state: State<O>,
    wake_handle: Arc<SlotWaker>,
    waker: Waker,
    backoff: Backoff,
    /// When the member's stream was started.
    started: Instant,
}

/// `Streaming` → `AwaitingCallback` → `BackingOff` → `Streaming` on each failure for which the callback
/// forgives; `Ended` once the member's stream has ended without an error.
enum State<O> {
    Streaming(MemberEvents<O>),
    /// The member failed, and the error callback has yet to decide.
    AwaitingCallback(BoxFuture<'static, bool>),
    /// The member is started again after this sleep.
    BackingOff(Pin<Box<Sleep>>),
    Ended,
}

/// The outcome of polling a slot.
pub(super) enum Polled<O> {
    Item(Result<WatchEvent<O>, WatchError>),
    Pending,
    /// The member's stream ended without an error.
    Ended,
    /// The member failed and has to be removed.
    Failed,
    /// The member failed and is started again after a backoff.
    Retrying,
}

impl<O: 'static> Slot<O> {
    pub(super) fn start(
        id: u64,
        key: Key,
        member: MuxMember<O>,
        options: MemberOptions,
        queue: &Arc<ReadyQueue>,
    ) -> Self {
        let wake_handle = SlotWaker::new_queued(id, queue);
        let waker = Arc::clone(&wake_handle).into();
        let state = State::Streaming(member.stream(options));
        let (backoff, started) = (Backoff::default(), Instant::now());
        Self { key, member, state, wake_handle, waker, backoff, started }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Returns whether the error callback has yet to decide about the member.
    pub(super) fn is_awaiting_callback(&self) -> bool {
        matches!(self.state, State::AwaitingCallback(_))
    }

    /// Replaces the failed member with one that the callback has added in its place. The replacement
    /// starts immediately, unless there were several failures in a row: then it waits out the backoff.
    pub(super) fn replace(&mut self, member: MuxMember<O>, options: MemberOptions) {
        self.member = member;
        if self.backoff.failures() <= 1 {
            self.restart(options);
        }
    }

    fn restart(&mut self, options: MemberOptions) {
        self.started = Instant::now();
        let events = self.member.stream(options);
        self.state = State::Streaming(events);
    }

    /// Polls the member with its own waker, and queues it again unless it is pending.
    pub(super) fn poll(
        &mut self,
        mux: &MultiplexingWatcher<O>,
        options: MemberOptions,
    ) -> Polled<O> {
        self.wake_handle.clear_queued();
        let waker = self.waker.clone();
        match self.poll_state(&mut Context::from_waker(&waker), mux, options) {
            Poll::Pending => Polled::Pending,
            Poll::Ready(polled) => {
                self.wake_handle.enqueue();
                polled
            }
        }
    }

    fn poll_state(
        &mut self,
        cx: &mut Context<'_>,
        mux: &MultiplexingWatcher<O>,
        options: MemberOptions,
    ) -> Poll<Polled<O>> {
        loop {
            match &mut self.state {
                State::Streaming(events) => match ready!(events.as_mut().poll_next(cx)) {
                    Some(Err(error)) if error.is_terminal() => {
                        self.backoff.reset_if_healthy(self.started.elapsed());
                        let Some(verdict) = self.call_error_callback(mux, error) else {
                            return Poll::Ready(Polled::Failed);
                        };
                        self.state = State::AwaitingCallback(verdict);
                    }
                    Some(item) => return Poll::Ready(Polled::Item(item)),
                    None => {
                        self.state = State::Ended;
                        return Poll::Ready(Polled::Ended);
                    }
                },
                State::AwaitingCallback(verdict) => {
                    if !ready!(verdict.as_mut().poll(cx)) {
                        return Poll::Ready(Polled::Failed);
                    }
                    let wait = self.backoff.next(None, &mut fastrand::Rng::new());
                    self.state = State::BackingOff(Box::pin(tokio::time::sleep(wait)));
                    return Poll::Ready(Polled::Retrying);
                }
                State::BackingOff(sleep) => {
                    ready!(sleep.as_mut().poll(cx));
                    self.restart(options);
                }
                State::Ended => return Poll::Pending,
            }
        }
    }

    /// Calls the error callback and returns its future; `None` without a callback. A panic in either
    /// counts as `false`.
    fn call_error_callback(
        &self,
        mux: &MultiplexingWatcher<O>,
        error: WatchError,
    ) -> Option<BoxFuture<'static, bool>> {
        let callback = mux.error_callback();
        let source = self.member.source();
        let Some(callback) = callback else {
            tracing::warn!(%source, %error, "watcher failed and is removed");
            return None;
        };
        tracing::info!(%source, %error, "watcher failed; calling the error callback");
        let (mux, member) = (mux.clone(), self.member.clone());
        let verdict = catch_unwind(AssertUnwindSafe(|| callback(mux, member, error)));
        let source = source.clone();
        let verdict = async move {
            let verdict = match verdict {
                Ok(verdict) => AssertUnwindSafe(verdict).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            verdict.unwrap_or_else(|_| {
                tracing::error!(%source, "error callback panicked; the watcher is removed");
                false
            })
        };
        Some(verdict.boxed())
    }
}
