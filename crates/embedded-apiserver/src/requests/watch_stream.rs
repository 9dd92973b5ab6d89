//! The stream of a watch: lines from the store's history, read at the stream's own position.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, stream};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::context::Context;
use super::representation::Representation;
use crate::error::ApiError;
use crate::registry::Served;
use crate::storage::{Object, Selection, added_line};
use crate::store::Store;
use crate::support::counter::Counted;
use crate::support::release::Release;

/// The number of events that are read at once, and so kept for a slow client besides the history.
const BATCH: usize = 64;
/// The time between the last bookmark of a watch and its end.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);
/// Earlier releases write the empty `creationTimestamp` of a bookmark.
const NO_NULL_TIMESTAMP_SINCE: Release = Release::new(1, 34);

/// The start of a stream.
pub(crate) struct Start {
    /// The revision after which events are sent.
    pub(crate) revision: u64,
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
    release: Release,
    selection: Selection,
    revision: u64,
    objects: std::vec::IntoIter<Arc<Object>>,
    end_bookmark: bool,
    /// Lines that are ready to be sent.
    lines: VecDeque<Bytes>,
    revisions: watch::Receiver<u64>,
    bookmark_interval: Option<Duration>,
    next_bookmark: Option<Instant>,
    /// The time of the bookmark shortly before the end.
    last_bookmark: Option<Instant>,
    deadline: Instant,
    ended: bool,
    representation: Representation,
    /// Whether the columns of a table have been sent.
    columns_sent: bool,
    _counted: Counted,
}

impl WatchStream {
    pub(crate) fn new(
        context: &Context,
        served: Arc<Served>,
        selection: Selection,
        start: Start,
        bookmark_interval: Option<Duration>,
        timeout: Duration,
        representation: Representation,
    ) -> Self {
        let now = Instant::now();
        let deadline = now + timeout;
        // In the middle of a short watch.
        let last_bookmark = deadline - LAST_BOOKMARK.min(timeout / 2);
        Self {
            store: context.store.clone(),
            served,
            release: context.release,
            selection,
            revision: start.revision,
            ended: start.error.is_some(),
            lines: start.error.iter().map(error_line).collect(),
            objects: if start.error.is_none() { start.objects } else { Vec::new() }.into_iter(),
            end_bookmark: start.end_bookmark && start.error.is_none(),
            revisions: context.store.revisions(),
            bookmark_interval,
            next_bookmark: bookmark_interval.map(|interval| now + interval),
            last_bookmark: bookmark_interval.map(|_| last_bookmark),
            deadline,
            representation,
            columns_sent: false,
            _counted: context.watches.one_more(),
        }
    }

    /// Returns the lines, each a JSON document and a line feed.
    pub(crate) fn into_lines(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut watch| async move {
            let line = watch.next_line().await?;
            Some((watch.rendered(line), watch))
        })
    }

    async fn next_line(&mut self) -> Option<Bytes> {
        loop {
            // The timeout bounds the watch even if events are pending.
            if Instant::now() >= self.deadline {
                return None;
            }
            if let Some(line) = self.lines.pop_front().or_else(|| self.next_initial()) {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            // Both come before the history is read: later changes end the wait below, and the history
            // has every event from before the resource was unregistered.
            self.revisions.borrow_and_update();
            let is_served = self.store.registry().still_serves(&self.served);
            if self.read_events() {
                continue;
            }
            if !is_served {
                return None;
            }
            if self.bookmark_is_due() {
                return Some(self.bookmark(false));
            }
            tokio::select! {
                () = sleep_until(self.wake_time()) => {}
                changed = self.revisions.changed() => changed.ok()?,
            }
        }
    }

    /// Converts a line to the representation that the client accepts.
    fn rendered(&mut self, line: Bytes) -> Bytes {
        if self.representation == Representation::Full || line.starts_with(br#"{"type":"ERROR""#) {
            return line;
        }
        let mut event: Value = serde_json::from_slice(&line).unwrap_or_default();
        let with_columns = !std::mem::replace(&mut self.columns_sent, true);
        let object =
            self.representation.render(event["object"].take(), self.served(), with_columns);
        let text = json!({"type": event["type"], "object": object}).to_string();
        format!("{text}\n").into()
    }

    /// Returns the next line of the initial events.
    fn next_initial(&mut self) -> Option<Bytes> {
        let selection = &self.selection;
        if let Some(object) = self.objects.find(|object| selection.matches(object)) {
            return Some(added_line(&object, self.served().type_meta()));
        }
        std::mem::take(&mut self.end_bookmark).then(|| self.bookmark(true))
    }

    /// Reads the next events of the history; returns whether there were any.
    fn read_events(&mut self) -> bool {
        match self.store.events_after(self.revision, BATCH) {
            Err(too_old) => {
                let error = ApiError::too_old(self.revision, too_old.oldest);
                self.lines.push_back(error_line(&error));
                self.ended = true;
                true
            }
            Ok((events, reached)) => {
                let served = &*self.served;
                let selected = events
                    .iter()
                    .filter(|event| event.collection == served.collection)
                    .filter_map(|event| event.line(served.id, served.type_meta(), &self.selection));
                self.lines.extend(selected);
                // A watch can start at a future revision.
                self.revision = self.revision.max(reached);
                !events.is_empty()
            }
        }
    }

    fn served(&self) -> &Served {
        &self.served
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

    fn bookmark(&self, ends_initial_events: bool) -> Bytes {
        bookmark(self.served(), self.revision, self.release, ends_initial_events)
    }
}

/// Returns a bookmark: an object with nothing but a version. Two more members that a real server's
/// encoder writes for a Pod have misled decoders.
fn bookmark(served: &Served, revision: u64, release: Release, ends_initial_events: bool) -> Bytes {
    let type_meta = String::from_utf8_lossy(served.type_meta());
    let time = if release < NO_NULL_TIMESTAMP_SINCE { r#","creationTimestamp":null"# } else { "" };
    let annotations = if ends_initial_events {
        r#","annotations":{"k8s.io/initial-events-end":"true"}"#
    } else {
        ""
    };
    let is_pod = served.resource().group().is_empty() && served.resource().kind() == "Pod";
    let members = if is_pod { r#","spec":{"containers":null},"status":{}"# } else { "" };
    let object = format!(
        r#"{{{type_meta},"metadata":{{"resourceVersion":"{revision}"{time}{annotations}}}{members}}}"#
    );
    line("BOOKMARK", &object)
}

fn error_line(error: &ApiError) -> Bytes {
    line("ERROR", &serde_json::to_string(error).unwrap_or_default())
}

fn line(event_type: &str, object: &str) -> Bytes {
    format!("{{\"type\":\"{event_type}\",\"object\":{object}}}\n").into()
}
