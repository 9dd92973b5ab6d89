//! The stream of a watch: its lines, drawn from the store's history by a cursor of its own.

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

/// How many events are read at a time: what a slow watcher holds beside the history.
const BATCH: usize = 64;
/// How long before its end a watch gets a last bookmark.
const LAST_BOOKMARK: Duration = Duration::from_secs(2);
/// Releases before this one write the empty `creationTimestamp` of a bookmark.
const NO_EMPTY_TIME_SINCE: Release = Release::new(1, 34);

/// Where a stream begins.
pub(crate) struct Start {
    /// The revision after which events are told.
    pub(crate) revision: u64,
    /// What is told first as added; those that do not fit are left out.
    pub(crate) objects: Vec<Arc<Object>>,
    /// Whether a bookmark marks the end of these.
    pub(crate) end_bookmark: bool,
}

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
    /// The one shortly before the end.
    last_bookmark: Option<Instant>,
    deadline: Instant,
    ended: bool,
    representation: Representation,
    /// Of a table: whether its columns have been told.
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
        // Of a short watch, in its middle.
        let last_bookmark = deadline - LAST_BOOKMARK.min(timeout / 2);
        Self {
            store: context.store.clone(),
            served,
            release: context.release,
            selection,
            revision: start.revision,
            objects: start.objects.into_iter(),
            end_bookmark: start.end_bookmark,
            lines: VecDeque::new(),
            revisions: context.store.revisions(),
            bookmark_interval,
            next_bookmark: bookmark_interval.map(|interval| now + interval),
            last_bookmark: bookmark_interval.map(|_| last_bookmark),
            deadline,
            ended: false,
            representation,
            columns_sent: false,
            _counted: context.watches.one_more(),
        }
    }

    /// The lines, each a JSON document and a line feed.
    pub(crate) fn into_lines(self) -> impl Stream<Item = Bytes> + Send + 'static {
        stream::unfold(self, |mut watch| async move {
            let line = watch.next_line().await?;
            Some((watch.rendered(line), watch))
        })
    }

    async fn next_line(&mut self) -> Option<Bytes> {
        loop {
            // Whatever is still to be told: the timeout bounds the whole call.
            if Instant::now() >= self.deadline {
                return None;
            }
            if let Some(line) = self.lines.pop_front().or_else(|| self.next_initial()) {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            // Both before the history is read: what comes after that wakes the waiting below, and
            // what was told before a resource has gone is in the history.
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

    /// A line in the representation that was asked for.
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

    /// A line about what was there at the start.
    fn next_initial(&mut self) -> Option<Bytes> {
        let selection = &self.selection;
        if let Some(object) = self.objects.find(|object| selection.matches(object)) {
            return Some(added_line(&object, self.served().type_meta()));
        }
        std::mem::take(&mut self.end_bookmark).then(|| self.bookmark(true))
    }

    /// Reads on in the history; whether there was anything.
    fn read_events(&mut self) -> bool {
        match self.store.events_after(self.revision, BATCH) {
            Err(too_old) => {
                let error = ApiError::too_old(self.revision, too_old.oldest);
                self.lines
                    .push_back(line("ERROR", &serde_json::to_string(&error).unwrap_or_default()));
                self.ended = true;
                true
            }
            Ok((events, reached)) => {
                let served = &*self.served;
                let fitting = events
                    .iter()
                    .filter(|event| event.collection == served.collection)
                    .filter_map(|event| event.line(served.id, served.type_meta(), &self.selection));
                self.lines.extend(fitting);
                // It may begin in the future.
                self.revision = self.revision.max(reached);
                !events.is_empty()
            }
        }
    }

    fn served(&self) -> &Served {
        &self.served
    }

    /// Whether it is time for a bookmark; the next one is planned then.
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

/// An object with a version and nothing else; of a Pod, a real server's encoder shows two members
/// more, which have misled readers.
fn bookmark(served: &Served, revision: u64, release: Release, ends_initial_events: bool) -> Bytes {
    let type_meta = String::from_utf8_lossy(served.type_meta());
    let time = if release < NO_EMPTY_TIME_SINCE { r#","creationTimestamp":null"# } else { "" };
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

fn line(word: &str, object: &str) -> Bytes {
    format!("{{\"type\":\"{word}\",\"object\":{object}}}\n").into()
}
