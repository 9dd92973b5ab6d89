//! Reads an answer's body in a task of its own, a little ahead of who takes the chunks.
//!
//! An API server writes each event as a chunk of HTTP, and hyper hands over one chunk, runs its connection's
//! task, hands over the next one. Whoever waits for each has the runtime ask the operating system for news
//! in between, which is an eighth of what a small event costs. Here those that have come are taken together.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::{FutureExt as _, Stream, StreamExt as _};
use tokio::task::AbortHandle;

use crate::protocol::error::Source;

/// Nothing more is read while this many bytes wait to be taken. More would be out of the nearest cache again
/// before anyone looks at it.
const LIMIT: usize = 32 * 1024;

type Chunk = Result<Bytes, Source>;

/// The chunks of a body. Dropping it drops the body, as soon as its task runs.
pub(crate) struct ReadAhead {
    taken: VecDeque<Chunk>,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl ReadAhead {
    /// Begins to read. A chunk that has come with the head is at hand at once: a refusal that follows a
    /// head of success must not show as a success in between.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub(crate) fn new(body: impl Stream<Item = Chunk> + Send + Unpin + 'static) -> Self {
        let mut body = body.fuse();
        let taken = body.next().now_or_never().flatten().into_iter().collect();
        let shared = Arc::default();
        let task = tokio::spawn(read(body, Arc::clone(&shared))).abort_handle();
        Self { taken, shared, task }
    }
}

impl Stream for ReadAhead {
    type Item = Chunk;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        if self.taken.is_empty() {
            let this = &mut *self;
            let mut waiting = this.shared.waiting();
            mem::swap(&mut waiting.chunks, &mut this.taken);
            if this.taken.is_empty() && !waiting.is_over {
                waiting.taker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            waiting.bytes = 0;
            let reader = waiting.reader.take();
            drop(waiting);
            reader.into_iter().for_each(Waker::wake);
        }
        Poll::Ready(self.taken.pop_front())
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What was read and not yet taken.
#[derive(Default)]
struct Waiting {
    chunks: VecDeque<Chunk>,
    bytes: usize,
    is_over: bool,
    taker: Option<Waker>,
    reader: Option<Waker>,
}

#[derive(Default)]
struct Shared(Mutex<Waiting>);

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let mut waiting = self.waiting();
        if waiting.bytes < LIMIT {
            return Poll::Ready(());
        }
        waiting.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    fn put(&self, chunk: Option<Chunk>) {
        let mut waiting = self.waiting();
        match chunk {
            Some(chunk) => {
                waiting.bytes += chunk.as_ref().map_or(0, Bytes::len);
                waiting.chunks.push_back(chunk);
            }
            None => waiting.is_over = true,
        }
        let taker = waiting.taker.take();
        drop(waiting);
        taker.into_iter().for_each(Waker::wake);
    }
}

async fn read(mut body: impl Stream<Item = Chunk> + Unpin, shared: Arc<Shared>) {
    /// Says that it is over also where the body panics: nobody waits for a task that is no more.
    struct Over(Arc<Shared>);
    impl Drop for Over {
        fn drop(&mut self) {
            self.0.put(None);
        }
    }

    let over = Over(shared);
    loop {
        poll_fn(|cx| over.0.poll_room(cx)).await;
        match body.next().await {
            Some(chunk) => over.0.put(Some(chunk)),
            None => return,
        }
    }
}
