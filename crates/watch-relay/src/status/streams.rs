//! Since when the streams of an instance have not been confirmed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use watch_protocol::{Cause, Phase, WatchStatus};

/// The streams of an instance. A stream is confirmed while it is live, and by progress of its initial list. It answers
/// when it is confirmed, and when the server rejects its requests: what a server forbids does not become allowed by
/// starting the relay again.
#[derive(Debug)]
pub(crate) struct Streams(Mutex<State>);

#[derive(Debug)]
struct State {
    marks: Marks,
    /// Since when the sink is waited for. Nothing is read then, and no stream can be confirmed: the time does not count.
    paused: Option<Instant>,
    streams: Vec<Stream>,
    followers: JoinSet<()>,
}

#[derive(Debug)]
struct Stream {
    name: String,
    status: watch::Receiver<WatchStatus>,
    marks: Arc<Mutex<Marks>>,
}

/// When a stream was confirmed last, and when it answered last.
#[derive(Clone, Copy, Debug)]
struct Marks {
    confirmed: Instant,
    answered: Instant,
}

/// How the streams of an instance are.
#[derive(Clone, Debug)]
pub(crate) struct StreamSummaries {
    /// For how long not all of them have been confirmed.
    pub(crate) unconfirmed: Duration,
    /// For how long not all of them have answered.
    pub(crate) stuck: Duration,
    pub(crate) streams: Vec<StreamSummary>,
}

/// How a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamSummary {
    /// Its resource, and its namespace if it is restricted to one.
    pub name: String,
    /// Whether its initial list is complete, and its changes are received as they happen.
    pub is_live: bool,
    /// For how long it has not been confirmed: zero while it is live. Time in which the sink is waited for does not count.
    pub unconfirmed: Duration,
    /// For how long it has neither been confirmed, nor rejected by the server.
    pub stuck: Duration,
    /// How long ago the server sent something, such as an event or a bookmark; `None` before that.
    pub silent: Option<Duration>,
    /// Objects in its index.
    pub indexed_objects: usize,
    /// What it is doing, in words.
    pub state: String,
}

impl Default for Streams {
    fn default() -> Self {
        Self(Mutex::new(State {
            marks: Marks::now(),
            paused: None,
            streams: Vec::new(),
            followers: JoinSet::new(),
        }))
    }
}

impl Streams {
    /// Follows these streams instead of those before. One of the same name was confirmed when that was.
    pub(crate) fn follow(&self, streams: Vec<(String, watch::Receiver<WatchStatus>)>) {
        let mut state = self.lock();
        state.followers = JoinSet::new();
        let before = std::mem::take(&mut state.streams);
        for (name, status) in streams {
            let known = before.iter().find(|stream| stream.name == name);
            let marks = known.map_or(state.marks, |stream| *lock(&stream.marks));
            let marks = Arc::new(Mutex::new(marks));
            state.followers.spawn(follow(status.clone(), Arc::clone(&marks)));
            state.streams.push(Stream { name, status, marks });
        }
    }

    /// It is known why the streams are not there.
    pub(crate) fn answered(&self) {
        let mut state = self.lock();
        let now = Instant::now();
        state.marks.answered = now;
        for stream in &state.streams {
            lock(&stream.marks).answered = now;
        }
    }

    /// The sink is waited for.
    pub(crate) fn pause(&self) {
        self.lock().paused.get_or_insert_with(Instant::now);
    }

    /// The sink is not waited for any more.
    pub(crate) fn resume(&self) {
        let mut state = self.lock();
        let Some(paused) = state.paused.take() else { return };
        let now = Instant::now();
        let later = |marks: &mut Marks| {
            for time in [&mut marks.confirmed, &mut marks.answered] {
                *time = (*time + (now - paused)).min(now);
            }
        };
        later(&mut state.marks);
        for stream in &state.streams {
            later(&mut lock(&stream.marks));
        }
    }

    pub(crate) fn summaries(&self) -> StreamSummaries {
        let state = self.lock();
        let now = state.paused.unwrap_or_else(Instant::now);
        let streams: Vec<_> = state.streams.iter().map(|stream| stream.summary(now)).collect();
        let since = |time| now.saturating_duration_since(time);
        let unconfirmed = streams.iter().map(|stream| stream.unconfirmed).max();
        let stuck = streams.iter().map(|stream| stream.stuck).max();
        StreamSummaries {
            unconfirmed: unconfirmed.unwrap_or_else(|| since(state.marks.confirmed)),
            stuck: stuck.unwrap_or_else(|| since(state.marks.answered)),
            streams,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }
}

impl Stream {
    fn summary(&self, now: Instant) -> StreamSummary {
        // The sender is gone once the instance has ended.
        let is_there = self.status.has_changed().is_ok();
        let status = self.status.borrow();
        let is_live = is_there && status.phase == Phase::Live;
        let marks = *lock(&self.marks);
        let since =
            |time| if is_live { Duration::ZERO } else { now.saturating_duration_since(time) };
        let silent = status.last_received.map(|time| Instant::from_std(time).elapsed());
        let state =
            if is_there { in_words(&status) } else { "stopped; it begins again".to_owned() };
        StreamSummary {
            name: self.name.clone(),
            is_live,
            unconfirmed: since(marks.confirmed),
            stuck: since(marks.answered),
            silent,
            indexed_objects: status.indexed_objects,
            state,
        }
    }
}

impl Marks {
    fn now() -> Self {
        let now = Instant::now();
        Self { confirmed: now, answered: now }
    }
}

/// Notes when a stream was confirmed and answered last, until it is gone.
async fn follow(mut status: watch::Receiver<WatchStatus>, marks: Arc<Mutex<Marks>>) {
    let (mut was_live, mut listed) = (false, 0);
    loop {
        let phase = status.borrow_and_update().phase;
        let done = match phase {
            Phase::Listing { done, .. } => done,
            _ => 0,
        };
        let is_live = phase == Phase::Live;
        if was_live || is_live || done > listed {
            *lock(&marks) = Marks::now();
        } else if is_rejected(phase) {
            lock(&marks).answered = Instant::now();
        }
        (was_live, listed) = (is_live, done);
        if status.changed().await.is_err() {
            if was_live {
                *lock(&marks) = Marks::now();
            }
            return;
        }
    }
}

/// Whether the server answers, and says no. Another process may have better credentials, after a 401.
fn is_rejected(phase: Phase) -> bool {
    matches!(phase, Phase::BackingOff { cause: Cause::Rejected(code), .. } if code != 401)
}

fn in_words(status: &WatchStatus) -> String {
    let mut words = match status.phase {
        Phase::Stopped => "stopped".to_owned(),
        Phase::Connecting => "connecting".to_owned(),
        Phase::Listing { done, .. } => format!("listing, {done} objects so far"),
        Phase::Live => "live".to_owned(),
        Phase::BackingOff { cause, .. } => format!("trying again soon after: {cause}"),
        _ => "not live".to_owned(),
    };
    if let Some(interruption) = &status.interruption
        && !matches!(status.phase, Phase::BackingOff { .. })
    {
        words = format!("{words} after: {}", interruption.cause);
    }
    if let Some(reason) = &status.unreachable {
        words = format!("{words}: {reason}");
    }
    words
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
