//! How the instances of a relay are.

mod statuses;
mod streams;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use watch_durable::DurableEvent;
use watch_protocol::{Origin, WatchStatus};
use watchable_core::DynamicObject;

pub(crate) use self::statuses::Statuses;
pub use self::streams::StreamSummary;
use self::streams::Streams;
use crate::batch::Batch;

/// How an instance is. Shared with whoever asks.
#[derive(Debug, Default)]
pub(crate) struct InstanceStatus {
    received: AtomicU64,
    delivered: AtomicU64,
    refused: AtomicU64,
    retries: AtomicU64,
    repairs: AtomicU64,
    unreadable: AtomicU64,
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
    /// Why it does not get on, if it does not.
    pub failure: Option<String>,
    /// Whether its sink was opened since it began, or began again.
    pub is_open: bool,
    /// For how long its streams, or one of them, have not been confirmed. Time in which the sink is waited for does not
    /// count.
    pub unconfirmed: Duration,
    /// Its streams; none before their resources were found.
    pub streams: Vec<StreamSummary>,
}

impl InstanceStatus {
    /// It begins, with these streams; the sink is to be opened.
    pub(crate) fn began(&self, streams: Vec<(String, watch::Receiver<WatchStatus>)>) {
        self.is_open.store(false, Ordering::Relaxed);
        self.streams.pause();
        self.streams.follow(streams);
    }

    /// The sink is open, and the streams are read.
    pub(crate) fn opened(&self) {
        self.is_open.store(true, Ordering::Relaxed);
        self.streams.resume();
    }

    pub(crate) fn received(&self, event: &DurableEvent<DynamicObject>) {
        self.received.fetch_add(1, Ordering::Relaxed);
        if event.origin == Origin::Repair {
            self.repairs.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn unreadable(&self) {
        self.unreadable.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn delivered(&self, sink: &str, batch: &Batch) {
        let refused = batch.refusals().count();
        self.delivered.fetch_add((batch.messages().len() - refused) as u64, Ordering::Relaxed);
        self.refused.fetch_add(refused as u64, Ordering::Relaxed);
        if self.ok() {
            tracing::info!(sink, "delivering again");
        }
    }

    /// It gets on. Returns whether it did not before.
    pub(crate) fn ok(&self) -> bool {
        self.streams.resume();
        self.failure().take().is_some()
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

    /// It does not get on. Returns whether that is news.
    pub(crate) fn failed(&self, text: &str) -> bool {
        self.retries.fetch_add(1, Ordering::Relaxed);
        let mut failure = self.failure();
        let is_news = failure.as_deref() != Some(text);
        if is_news {
            *failure = Some(text.to_owned());
        }
        is_news
    }

    fn failure(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn summary(&self, name: &str) -> InstanceSummary {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (unconfirmed, streams) = self.streams.summaries();
        InstanceSummary {
            name: name.to_owned(),
            received: load(&self.received),
            delivered: load(&self.delivered),
            refused: load(&self.refused),
            retries: load(&self.retries),
            repairs: load(&self.repairs),
            unreadable: load(&self.unreadable),
            failure: self.failure().clone(),
            is_open: self.is_open.load(Ordering::Relaxed),
            unconfirmed,
            streams,
        }
    }
}
