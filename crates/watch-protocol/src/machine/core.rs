//! The machine's fields, and the main loop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::error::{Kind, WatchError};
use crate::frame::FrameError;
use crate::identity::Identity;
use crate::list_body::NoList;
use crate::machine::failure_history::FailureHistory;
use crate::machine::hidden_gap::HiddenGap;
use crate::machine::injected_bug::InjectedBug;
#[cfg(feature = "simulation")]
use crate::machine::state::ListVersion;
use crate::machine::state::{Relist, State};
use crate::machine::step::{Delivery, Step};
use crate::machine::table_columns::TableColumns;
use crate::machine::watcher_state::WatcherState;
use crate::request_builder::RequestBuilder;
use crate::response_start::ResponseStart;
use crate::settings::InitialList;
use crate::status::{Cause, WatchStatus};

/// The protocol state of one stream.
pub struct Machine {
    pub(super) requests: RequestBuilder,
    pub(super) state: State,
    /// The resource version the next watch starts after.
    pub(super) version: Option<String>,
    /// Whether `version` changed since `take_changed_version` was last called.
    pub(super) version_changed: bool,
    /// Whether `version` is only `OLDEST_VERSION`, sent to find out how far back the server's
    /// history goes.
    pub(super) requests_oldest_event: bool,
    pub(super) relist: Option<Relist>,
    /// How often an ERROR event ended a streaming list since the last complete list.
    pub(super) broken_streaming_lists: u32,
    pub(super) hidden_gap: HiddenGap,
    /// Whether the current request is a version probe.
    pub(super) probing_version: bool,
    /// Why the next request is a restart. `None` if it is the regular next request of the stream.
    pub(super) restart_cause: Option<Cause>,
    /// The columns of the rows, and whether the consumer has yet to see them.
    pub(super) columns: TableColumns,
    /// Deliveries that go out before anything else is read.
    pub(super) pending: VecDeque<Delivery>,
    pub(super) watcher_state: WatcherState,
    /// How long the current watch may last, if limited.
    pub(super) watch_timeout: Option<Duration>,
    pub(super) failures: FailureHistory,
    pub(super) backoff: Backoff,
    /// The backoff from gaps.
    pub(super) gap_backoff: Backoff,
    /// The start of the newest response.
    pub(super) response: ResponseStart,
    pub(super) rng: fastrand::Rng,
    pub(super) status: WatchStatus,
    #[cfg(feature = "simulation")]
    pub(super) injected_bug: Option<InjectedBug>,
    #[cfg(feature = "simulation")]
    pub(super) synced_version: Option<ListVersion>,
}

impl Machine {
    /// Returns the watched namespace, if the watch is limited to one.
    pub fn namespace(&self) -> Option<&str> {
        self.requests.namespace()
    }

    pub(super) fn uses_streaming_list(&self) -> bool {
        !self.watcher_state.streaming_list_unsupported
            && self.requests.initial_list() == InitialList::Streaming
    }

    /// Returns the resource version if it changed since the last call. Managed streams only.
    pub fn take_changed_version(&mut self) -> Option<&str> {
        std::mem::take(&mut self.version_changed).then_some(self.version.as_deref()).flatten()
    }

    /// Swaps in the watcher's state for the time of a poll, and out again after it.
    pub fn swap_watcher_state(&mut self, watcher_state: &mut WatcherState) {
        std::mem::swap(&mut self.watcher_state, watcher_state);
    }

    /// Returns the version a managed stream resumes from.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref().filter(|_| self.is_managed() && !self.requests_oldest_event)
    }

    /// Returns the namespace and name of an object that was delivered and not deleted since, with a slash between
    /// them: the text that the index keeps, so that a store need not keep another. Only while the watcher's state is
    /// [swapped in](Self::swap_watcher_state).
    pub fn shared_key(&mut self, identity: &Identity) -> Option<Arc<str>> {
        self.watcher_state.index.as_mut()?.shared_key(identity)
    }

    /// Whether each object is kept, because its type does not decode from a tombstone.
    pub fn keeps_objects(&self) -> bool {
        self.requests.keeps_objects()
    }

    pub(super) fn is_managed(&self) -> bool {
        self.requests.options().manage_resource_version
    }

    /// Whether the current request is a list (or a version probe), not a watch.
    pub(super) fn requests_list(&self) -> bool {
        self.probing_version || self.relist.as_ref().is_some_and(|relist| !relist.streaming)
    }

    /// Returns what the driver does next.
    pub fn step(&mut self, now: Instant) -> Step {
        let takes_lines = self.has_bug(InjectedBug::TakeLinesForEvents);
        loop {
            if let Some(delivery) = self.pending.pop_front() {
                return Step::Deliver(self.delivered(delivery));
            }
            if let Some(version) = self.relist.as_mut().and_then(|relist| relist.completed.take()) {
                self.sync_complete(version);
            }
            match &mut self.state {
                State::Ready => {
                    self.repair_hidden_gap(now);
                    if matches!(self.state, State::Ready) {
                        return Step::Send(self.next_request(now));
                    }
                }
                State::Listing { wire, body, ended, .. } => match body.next_item() {
                    Some(item) => {
                        let wire = *wire;
                        let columns = body.take_columns();
                        self.columns.received(columns);
                        self.failures.response_understood();
                        self.list_item(&item, wire);
                    }
                    None if *ended => match std::mem::take(body).finish() {
                        Ok(page) if self.probing_version => {
                            self.shard_info_received(&page);
                            self.version_probed(page.version.as_deref());
                        }
                        Ok(page) => {
                            self.failures.response_understood();
                            self.shard_info_received(&page);
                            self.page_complete(page, now);
                        }
                        Err(_) if self.probing_version => self.version_probe_failed(),
                        Err(_) if self.has_bug(InjectedBug::AcceptHalfLists) => {
                            self.state = State::Ready;
                            self.list_complete(self.version.clone());
                        }
                        Err(NoList::Status(status)) => self.status_instead_of_list(*status, now),
                        Err(NoList::Malformed(error)) => {
                            self.malformed_response("something that is not a list", error, now);
                        }
                    },
                    None if self.probing_version
                        && body.buffered() > self.requests.max_event_bytes() =>
                    {
                        self.version_probe_failed();
                    }
                    None if body.buffered() > self.requests.max_event_bytes() => {
                        let limit = self.requests.max_event_bytes();
                        self.end_with(Kind::TooLarge { limit });
                    }
                    None => return self.wait(),
                },
                State::Watching { wire, frames, since, ended, .. } => {
                    let (wire, since, ended) = (*wire, *since, *ended);
                    match frames.next_event(takes_lines) {
                        Ok(None) => match ended {
                            Some(ended) => self.watch_ended(since, ended),
                            None => return self.wait(),
                        },
                        Ok(Some(event)) => {
                            if let Some(delivery) = self.read_event(&event, wire, since, now) {
                                return Step::Deliver(self.delivered(delivery));
                            }
                        }
                        Err(FrameError::TooLong(limit)) => self.end_with(Kind::TooLarge { limit }),
                        Err(FrameError::Malformed(why)) => self.malformed_event(why.into(), now),
                    }
                }
                State::BackingOff { reported: false, wait, .. } => {
                    let wait = *wait;
                    self.status.phase = self.phase(now);
                    if let State::BackingOff { reported, .. } = &mut self.state {
                        *reported = true;
                    }
                    return Step::Sleep(wait);
                }
                State::BackingOff { reported: true, .. }
                | State::AwaitingResponse { .. }
                | State::Rejected { .. } => return self.wait(),
                State::Ended(error) => return Step::End(error.take()),
            }
        }
    }

    fn wait(&self) -> Step {
        Step::Wait(self.deadline())
    }

    pub(super) fn end_with(&mut self, kind: Kind) {
        let verb = if self.requests_list() { "listing" } else { "watching" };
        let resource = self.requests.resource();
        let operation = format!("{verb} {resource}");
        let kind = match kind {
            Kind::Rejected(status) | Kind::ErrorEvent(status)
                if status.code == 404 && !status.is_about_a_namespace() =>
            {
                Kind::NoResource { resource: resource.clone(), status }
            }
            kind => kind,
        };
        self.state = State::Ended(Some(WatchError::new(operation, kind)));
    }
}
