//! Since when the streams of an instance have not been confirmed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use watch_protocol::{Phase, WatchStatus};

/// The streams of an instance. A stream is confirmed while it is live, and by progress of its initial list.
#[derive(Debug)]
pub(crate) struct Streams(Mutex<State>);

#[derive(Debug)]
struct State {
    began: Instant,
    /// Since when the sink is waited for. Nothing is read then, and no stream can be confirmed: the time does not count.
    paused: Option<Instant>,
    streams: Vec<Stream>,
    followers: JoinSet<()>,
}

#[derive(Debug)]
struct Stream {
    name: String,
    status: watch::Receiver<WatchStatus>,
    confirmed: Arc<Mutex<Instant>>,
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
    /// Objects in its index.
    pub indexed_objects: usize,
    /// What it is doing, in words.
    pub state: String,
}

impl Default for Streams {
    fn default() -> Self {
        Self(Mutex::new(State {
            began: Instant::now(),
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
            let confirmed = before.iter().find(|stream| stream.name == name);
            let confirmed = confirmed.map_or(state.began, |stream| *lock(&stream.confirmed));
            let confirmed = Arc::new(Mutex::new(confirmed));
            state.followers.spawn(follow(status.clone(), Arc::clone(&confirmed)));
            state.streams.push(Stream { name, status, confirmed });
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
        let later = |time: Instant| (time + (now - paused)).min(now);
        state.began = later(state.began);
        for stream in &state.streams {
            let mut confirmed = lock(&stream.confirmed);
            *confirmed = later(*confirmed);
        }
    }

    /// Returns for how long not all have been confirmed, and how each is.
    pub(crate) fn summaries(&self) -> (Duration, Vec<StreamSummary>) {
        let state = self.lock();
        let now = state.paused.unwrap_or_else(Instant::now);
        let summaries: Vec<_> = state.streams.iter().map(|stream| stream.summary(now)).collect();
        let longest = summaries.iter().map(|stream| stream.unconfirmed).max();
        (longest.unwrap_or_else(|| now.saturating_duration_since(state.began)), summaries)
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
        let unconfirmed = if is_live {
            Duration::ZERO
        } else {
            now.saturating_duration_since(*lock(&self.confirmed))
        };
        let state =
            if is_there { in_words(&status) } else { "stopped; it begins again".to_owned() };
        StreamSummary {
            name: self.name.clone(),
            is_live,
            unconfirmed,
            indexed_objects: status.indexed_objects,
            state,
        }
    }
}

/// Notes when a stream was confirmed last, until it is gone.
async fn follow(mut status: watch::Receiver<WatchStatus>, confirmed: Arc<Mutex<Instant>>) {
    let (mut was_live, mut listed) = (false, 0);
    loop {
        let phase = status.borrow_and_update().phase;
        let done = match phase {
            Phase::Listing { done, .. } => done,
            _ => 0,
        };
        let is_live = phase == Phase::Live;
        if was_live || is_live || done > listed {
            *lock(&confirmed) = Instant::now();
        }
        (was_live, listed) = (is_live, done);
        if status.changed().await.is_err() {
            if was_live {
                *lock(&confirmed) = Instant::now();
            }
            return;
        }
    }
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
mod tests {
    use tokio::time::advance;

    use super::*;

    const STEP: Duration = Duration::from_secs(100);

    fn status(phase: Phase) -> WatchStatus {
        let mut status = WatchStatus::default();
        status.phase = phase;
        status
    }

    /// Lets the followers see what was sent.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn live_streams_are_confirmed_and_others_since_they_were() {
        let streams = Streams::default();
        advance(STEP).await;
        assert_eq!(streams.summaries(), (STEP, Vec::new()));
        let (sender, receiver) = watch::channel(WatchStatus::default());
        streams.follow(vec![("pods".to_owned(), receiver)]);
        assert_eq!(streams.summaries().0, STEP);
        sender.send_replace(status(Phase::Live));
        settle().await;
        advance(STEP).await;
        assert_eq!(streams.summaries().0, Duration::ZERO);
        sender.send_replace(status(Phase::Connecting));
        settle().await;
        advance(STEP).await;
        assert_eq!(streams.summaries().0, STEP);
        sender.send_replace(status(Phase::Listing { done: 5, remaining: None }));
        settle().await;
        advance(STEP / 2).await;
        assert_eq!(streams.summaries().0, STEP / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_in_which_the_sink_is_waited_for_does_not_count() {
        let streams = Streams::default();
        let (sender, receiver) = watch::channel(status(Phase::Connecting));
        streams.follow(vec![("pods".to_owned(), receiver)]);
        advance(STEP).await;
        streams.pause();
        advance(STEP).await;
        streams.pause();
        assert_eq!(streams.summaries().0, STEP);
        streams.resume();
        advance(STEP).await;
        assert_eq!(streams.summaries().0, STEP * 2);
        drop(sender);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_is_gone_is_not_live_and_the_next_of_its_name_goes_on() {
        let streams = Streams::default();
        let (sender, receiver) = watch::channel(status(Phase::Live));
        streams.follow(vec![("pods".to_owned(), receiver)]);
        settle().await;
        drop(sender);
        settle().await;
        advance(STEP).await;
        let (unconfirmed, summaries) = streams.summaries();
        assert!(!summaries[0].is_live, "{summaries:?}");
        assert_eq!(unconfirmed, STEP);
        let (_sender, receiver) = watch::channel(status(Phase::Connecting));
        streams.follow(vec![("pods".to_owned(), receiver)]);
        advance(STEP).await;
        assert_eq!(streams.summaries().0, STEP * 2);
    }
}
