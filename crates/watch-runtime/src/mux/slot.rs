//! A member while the multiplexer streams: its events, or what it waits for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::{Instant, Sleep};

use crate::mux::member::{Events, Key, MuxMember};
use crate::mux::multiplexer::{Callback, MultiplexingWatcher};
use crate::mux::ready::{Bell, Ready};
use crate::protocol::backoff::Backoff;
use crate::protocol::error::WatchError;
use crate::protocol::event::WatchEvent;
use crate::protocol::options::StreamOptions;

pub(super) struct Slot<O> {
    pub(super) key: Key,
    pub(super) member: MuxMember<O>,
    doing: Doing<O>,
    bell: Arc<Bell>,
    waker: Waker,
    backoff: Backoff,
    since: Instant,
}

enum Doing<O> {
    Streaming(Events<O>),
    /// The callback is asked whether it is to go on.
    Deciding(BoxFuture<'static, bool>),
    /// The next try waits.
    Waiting(Pin<Box<Sleep>>),
    Resting,
}

/// What came of a slot's turn.
pub(super) enum Turn<O> {
    Item(Result<WatchEvent<O>, WatchError>),
    /// Nothing for now.
    Waits,
    /// The member's stream has ended as it should.
    Ended,
    /// The member failed, and is to be removed.
    GivenUp,
    /// The member failed, and goes on.
    Kept,
}

impl<O: 'static> Slot<O> {
    pub(super) fn start(
        id: u64,
        key: Key,
        member: MuxMember<O>,
        options: StreamOptions,
        ready: &Arc<Ready>,
    ) -> Self {
        let bell = Bell::rung(id, ready);
        let waker = Arc::clone(&bell).into();
        let doing = Doing::Streaming(member.stream(options));
        let (backoff, since) = (Backoff::default(), Instant::now());
        Self { key, member, doing, bell, waker, backoff, since }
    }

    pub(super) fn is_resting(&self) -> bool {
        matches!(self.doing, Doing::Resting)
    }

    /// Whether the callback has yet to say what becomes of it.
    pub(super) fn is_deciding(&self) -> bool {
        matches!(self.doing, Doing::Deciding(_))
    }

    /// Puts the member in that the callback has added in place of the one that failed. It starts at once;
    /// but where that one stood in place of a failed one too, it waits as that would have.
    pub(super) fn replace(&mut self, member: MuxMember<O>, options: StreamOptions) {
        self.member = member;
        if self.backoff.failures() <= 1 {
            self.start_again(options);
        }
    }

    fn start_again(&mut self, options: StreamOptions) {
        self.since = Instant::now();
        self.doing = Doing::Streaming(self.member.stream(options));
    }

    /// Takes its turn.
    pub(super) fn turn(&mut self, mux: &MultiplexingWatcher<O>, options: StreamOptions) -> Turn<O> {
        self.bell.answer();
        let waker = self.waker.clone();
        match self.poll(&mut Context::from_waker(&waker), mux, options) {
            Poll::Pending => Turn::Waits,
            Poll::Ready(turn) => {
                self.bell.again();
                turn
            }
        }
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mux: &MultiplexingWatcher<O>,
        options: StreamOptions,
    ) -> Poll<Turn<O>> {
        loop {
            match &mut self.doing {
                Doing::Streaming(events) => match ready!(events.as_mut().poll_next(cx)) {
                    Some(Err(error)) if error.is_terminal() => {
                        self.backoff.connection_lasted(self.since.elapsed());
                        let Some(doing) = self.ask(mux, error) else {
                            return Poll::Ready(Turn::GivenUp);
                        };
                        self.doing = doing;
                    }
                    Some(item) => return Poll::Ready(Turn::Item(item)),
                    None => {
                        self.doing = Doing::Resting;
                        return Poll::Ready(Turn::Ended);
                    }
                },
                Doing::Deciding(answer) => {
                    if !ready!(answer.as_mut().poll(cx)) {
                        return Poll::Ready(Turn::GivenUp);
                    }
                    let wait = self.backoff.next(None, &mut fastrand::Rng::new());
                    self.doing = Doing::Waiting(Box::pin(tokio::time::sleep(wait)));
                    return Poll::Ready(Turn::Kept);
                }
                Doing::Waiting(sleep) => {
                    ready!(sleep.as_mut().poll(cx));
                    self.start_again(options);
                }
                Doing::Resting => return Poll::Pending,
            }
        }
    }

    /// Asks the callback, where there is one.
    fn ask(&self, mux: &MultiplexingWatcher<O>, error: WatchError) -> Option<Doing<O>> {
        let callback: Option<Callback<O>> = mux.lock().callback.clone();
        let source = self.member.source();
        let Some(callback) = callback else {
            tracing::warn!(%source, %error, "a watcher failed and is removed");
            return None;
        };
        tracing::info!(%source, %error, "a watcher failed: the callback is asked");
        let (mux, member) = (mux.clone(), self.member.clone());
        let answer = catch_unwind(AssertUnwindSafe(|| callback(mux, member, error)));
        let source = source.clone();
        let answer = async move {
            let answer = match answer {
                Ok(answer) => AssertUnwindSafe(answer).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            answer.unwrap_or_else(|_| {
                tracing::error!(%source, "the callback panicked: the watcher is removed");
                false
            })
        };
        Some(Doing::Deciding(answer.boxed()))
    }
}
