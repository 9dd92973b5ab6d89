//! How the instances of a relay are.

mod counts;
mod histogram;
mod labels;
mod statuses;
mod streams;
mod totals;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use watch_durable::DurableEvent;
use watch_protocol::{Origin, WatchStatus};
use watchable_core::DynamicObject;

pub(crate) use self::counts::Counts;
pub(crate) use self::histogram::{BOUNDS, Histogram};
pub(crate) use self::labels::Labels;
pub(crate) use self::statuses::Statuses;
pub use self::streams::StreamSummary;
use self::streams::Streams;
pub(crate) use self::totals::Totals;
use crate::batch::Batch;

/// How an instance is. Shared with whoever asks.
#[derive(Debug, Default)]
pub(crate) struct InstanceStatus {
    counts: Mutex<Counts>,
    /// When the events were received that the sink has not acknowledged, in their order.
    buffered: Mutex<Vec<Instant>>,
    /// Why it does not get on.
    failure: Mutex<Option<String>>,
    /// Whether its sink was opened since it began.
    is_open: AtomicBool,
    streams: Streams,
}

/// What an instance has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstanceSummary {
    /// The pipeline, with the cluster if that has a name, and the shard if there are replicas.
    pub name: String,
    /// Events that were received.
    pub received: u64,
    /// Messages that the sink has.
    pub delivered: u64,
    /// Messages that the sink has refused for good.
    pub refused: u64,
    /// Failures after which it was tried again.
    pub retries: u64,
    /// Events that were found by a comparison.
    pub repairs: u64,
    /// Objects that could not be read.
    pub unreadable: u64,
    /// Events that were received, and that the sink has not acknowledged yet.
    pub buffered: usize,
    /// Why it does not get on, if it does not.
    pub failure: Option<String>,
    /// Whether its sink was opened since it began, or began again.
    pub is_open: bool,
    /// For how long its streams, or one of them, have not been confirmed. Time in which the sink is waited for does not
    /// count.
    pub unconfirmed: Duration,
    /// For how long its streams, or one of them, have neither been confirmed nor answered. A process that is started
    /// again may do better then.
    pub stuck: Duration,
    /// Its streams; none before their resources were found.
    pub streams: Vec<StreamSummary>,
}

impl InstanceStatus {
    /// It begins, with these streams; the sink is to be opened.
    pub(crate) fn began(&self, streams: Vec<(String, watch::Receiver<WatchStatus>)>) {
        self.is_open.store(false, Ordering::Relaxed);
        lock(&self.buffered).clear();
        self.streams.pause();
        self.streams.follow(streams);
    }

    /// The sink is open, and the streams are read.
    pub(crate) fn opened(&self) {
        self.is_open.store(true, Ordering::Relaxed);
        self.streams.resume();
    }

    pub(crate) fn received(&self, event: &DurableEvent<DynamicObject>) {
        let mut counts = lock(&self.counts);
        counts.received += 1;
        counts.repairs += u64::from(event.origin == Origin::Repair);
    }

    pub(crate) fn unreadable(&self) {
        lock(&self.counts).unreadable += 1;
    }

    /// These were received, and are to be delivered.
    pub(crate) fn buffered(&self, times: Vec<Instant>) {
        *lock(&self.buffered) = times;
    }

    /// The file of dead letters has another one.
    pub(crate) fn kept_refused(&self) {
        lock(&self.counts).dead_letters += 1;
    }

    pub(crate) fn delivered(&self, sink: &str, batch: &Batch) {
        let times = std::mem::take(&mut *lock(&self.buffered));
        // Most batches are of few resources.
        let mut delivered: HashMap<_, u64> = HashMap::new();
        for message in batch.all_stored() {
            *delivered.entry((&message.resource, message.change())).or_default() += 1;
        }
        let now = Instant::now();
        let mut counts = lock(&self.counts);
        counts.refused += batch.refusals().count() as u64;
        for ((resource, change), count) in delivered {
            counts.add_delivered(resource, change, count);
        }
        for received in times {
            counts.lag.observe(now.saturating_duration_since(received));
        }
        drop(counts);
        if self.ok() {
            tracing::info!(sink, "delivering again");
        }
    }

    /// It gets on. Returns whether it did not before.
    pub(crate) fn ok(&self) -> bool {
        self.streams.resume();
        lock(&self.failure).take().is_some()
    }

    /// The sink or the checkpoint does not get on. Returns whether that is news.
    pub(crate) fn sink_failed(&self, text: &str) -> bool {
        self.streams.pause();
        self.failed(text)
    }

    /// The cluster does not answer. Returns whether that is news.
    pub(crate) fn cluster_failed(&self, text: &str) -> bool {
        self.streams.resume();
        self.failed(text)
    }

    /// It has ended, and begins again: so it is not stuck. Returns whether that is news.
    pub(crate) fn begins_again(&self, text: &str) -> bool {
        self.streams.answered();
        self.failed(text)
    }

    /// It does not get on. Returns whether that is news.
    pub(crate) fn failed(&self, text: &str) -> bool {
        lock(&self.counts).retries += 1;
        let mut failure = lock(&self.failure);
        let is_news = failure.as_deref() != Some(text);
        if is_news {
            *failure = Some(text.to_owned());
        }
        is_news
    }

    pub(crate) fn counts(&self) -> Counts {
        lock(&self.counts).clone()
    }

    /// Returns when the oldest event was received that the sink has not acknowledged.
    pub(crate) fn oldest(&self) -> Option<Instant> {
        lock(&self.buffered).first().copied()
    }

    pub(crate) fn summary(&self, name: &str) -> InstanceSummary {
        let streams = self.streams.summaries();
        let counts = lock(&self.counts);
        InstanceSummary {
            name: name.to_owned(),
            received: counts.received,
            delivered: counts.delivered.values().sum(),
            refused: counts.refused,
            retries: counts.retries,
            repairs: counts.repairs,
            unreadable: counts.unreadable,
            buffered: lock(&self.buffered).len(),
            failure: lock(&self.failure).clone(),
            is_open: self.is_open.load(Ordering::Relaxed),
            unconfirmed: streams.unconfirmed,
            stuck: streams.stuck,
            streams: streams.streams,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
