//! The stream of a watch: events from the store's history, read at the stream's own position.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::context::Context;
use super::event_encoder::EventEncoder;
use crate::error::ApiError;
use crate::registry::Served;
use crate::storage::{Object, Point, Selection};
use crate::store::Store;
use crate::support::counter::Counted;

/// The number of events that are read at once, and so kept for a slow client besides the history.
const BATCH: usize = 64;
/// The time between the last bookmark of a watch and its end.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);

/// The start of a stream.
pub(crate) struct Start {
    /// The point after which events are sent.
    pub(crate) point: Point,
    /// The objects of the initial events. Those that are not selected are left out.
    pub(crate) objects: Vec<Arc<Object>>,
    /// Whether a bookmark marks the end of the initial events.
    pub(crate) end_bookmark: bool,
    /// The error that is sent in place of everything else.
    pub(crate) error: Option<ApiError>,
}

/// The state of a watch.
pub(crate) struct WatchStream {
    store: Store,
    served: Arc<Served>,
    encoder: EventEncoder,
    selection: Selection,
    point: Point,
    objects: std::vec::IntoIter<Arc<Object>>,
    end_bookmark: bool,
    /// Events that are ready to be sent.
    ready: VecDeque<Bytes>,
    changes: watch::Receiver<u64>,
    bookmark_interval: Option<Duration>,
    next_bookmark: Option<Instant>,
    /// The time of the bookmark shortly before the end.
    last_bookmark: Option<Instant>,
    deadline: Instant,
    ended: bool,
    _counted: Counted,
}

impl WatchStream {
    pub(crate) fn new(
        context: &Context,
        served: Arc<Served>,
        encoder: EventEncoder,
        selection: Selection,
        start: Start,
        bookmark_interval: Option<Duration>,
        timeout: Duration,
    ) -> Self {
        let now = Instant::now();
        let deadline = now + timeout;
        // In the middle of a short watch.
        let last_bookmark = deadline - LAST_BOOKMARK.min(timeout / 2);
        Self {
            store: context.store.clone(),
            served,
            selection,
            point: start.point,
            ended: start.error.is_some(),
            ready: start.error.iter().map(|error| encoder.error(error)).collect(),
            encoder,
            objects: if start.error.is_none() { start.objects } else { Vec::new() }.into_iter(),
            end_bookmark: start.end_bookmark && start.error.is_none(),
            changes: context.store.changes(),
            bookmark_interval,
            next_bookmark: bookmark_interval.map(|interval| now + interval),
            last_bookmark: bookmark_interval.map(|_| last_bookmark),
            deadline,
            _counted: context.watches.one_more(),
        }
    }

    /// Returns the events, encoded.
    pub(crate) fn into_events(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut watch| async move { Some((watch.next_event().await?, watch)) })
    }

    async fn next_event(&mut self) -> Option<Bytes> {
        loop {
            // The timeout bounds the watch even if events are pending.
            if Instant::now() >= self.deadline {
                return None;
            }
            if let Some(event) = self.ready.pop_front().or_else(|| self.next_initial()) {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            // Both come before the history is read: later changes end the wait below, and the history
            // has every event from before the resource was unregistered.
            self.changes.borrow_and_update();
            let is_served = self.store.registry().still_serves(&self.served);
            if self.read_events() {
                continue;
            }
            if !is_served {
                return None;
            }
            if self.bookmark_is_due()
                && let Some(bookmark) = self.encoder.bookmark(self.point.revision, false)
            {
                return Some(bookmark);
            }
            tokio::select! {
                () = sleep_until(self.wake_time()) => {}
                changed = self.changes.changed() => changed.ok()?,
            }
        }
    }

    /// Returns the next of the initial events.
    fn next_initial(&mut self) -> Option<Bytes> {
        let (selection, encoder) = (&self.selection, &mut self.encoder);
        let mut selected = self.objects.by_ref().filter(|object| selection.matches(object));
        if let Some(event) = selected.find_map(|object| encoder.added(&object)) {
            return Some(event);
        }
        let ends = std::mem::take(&mut self.end_bookmark);
        ends.then(|| self.encoder.bookmark(self.point.revision, true)).flatten()
    }

    /// Reads the next events of the history; returns whether there were any.
    fn read_events(&mut self) -> bool {
        match self.store.events_after(&self.served, self.point, BATCH) {
            Err(too_old) => {
                let error = ApiError::too_old(self.point.revision, too_old.oldest);
                self.ready.push_back(self.encoder.error(&error));
                self.ended = true;
                true
            }
            Ok((events, reached)) => {
                let collection = self.served.collection;
                let of_collection = events.iter().filter(|event| event.collection == collection);
                let (encoder, selection) = (&mut self.encoder, &self.selection);
                let selected = of_collection.filter_map(|event| encoder.change(event, selection));
                self.ready.extend(selected);
                // A watch can start at a future revision.
                self.point.revision = self.point.revision.max(reached);
                !events.is_empty()
            }
        }
    }

    /// Returns whether a bookmark is due, and schedules the next one if so.
    fn bookmark_is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = |at: &mut Instant| *at <= now;
        let last = self.last_bookmark.take_if(is_due).is_some();
        let regular = self.next_bookmark.take_if(is_due).is_some();
        if last || regular {
            self.next_bookmark = self.bookmark_interval.map(|interval| now + interval);
        }
        last || regular
    }

    fn wake_time(&self) -> Instant {
        let times = [self.next_bookmark, self.last_bookmark];
        times.into_iter().flatten().fold(self.deadline, Instant::min)
    }
}
