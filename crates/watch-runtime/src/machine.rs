//! The watch protocol as a state machine: answers and clock readings in, requests and events out.
//!
//! It does no I/O. Whoever drives it calls [`Machine::step`] until it says [`Step::Wait`], does what
//! each step says, and reports what came of it.
//!
//! ```text
//!            ask for a list      whole         last page delivered
//!          ┌──► Asking ──► ListBody ──► Items ──────────┐
//!          │      │            │          └ next page ┐ │
//!   Ready ─┤      │ HTTP error │ cut                  ▼ ▼
//!          │      ▼            ▼                     Ready
//!          │   Refused ──► BackingOff ──slept──────────▲
//!          │      ▲            ▲                       │
//!          │      │ HTTP error │ cut, ended too soon   │
//!          └──► Asking ──► Watching ────clean end──────┘
//!            ask for a watch
//! ```
//!
//! `BackingOff` is for managed streams and for what may pass. Everything else leads to Ended: what no
//! retry mends, a clean end with `quit_on_timeout`, and in unmanaged streams every failure.

mod state;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode};

use crate::backoff::Backoff;
use crate::envelope::{self, Envelope};
use crate::error::{Kind, Source};
use crate::frame::{Frames, LineTooLong};
use crate::plan::Plan;
use crate::transport::Head;
use crate::{ApiStatus, EventType, Origin, WatchError, list_page};
use state::State;
pub(crate) use state::{Delivery, Step};

/// An event may be larger than 1 MiB; this much, in bytes, is a fault of the server's.
const MAX_EVENT_BYTES: usize = 64 << 20;
/// As much of an HTTP error's body as is kept, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 << 10;
/// A watch that ends sooner did not time out: without a wait, restarting it would be a busy loop.
const TOO_SOON: Duration = Duration::from_millis(500);

/// The protocol of one stream.
pub(crate) struct Machine {
    plan: Plan,
    state: State,
    /// Whether the newest request asks for a list, not a watch.
    listing: bool,
    /// The next watch starts just after this one.
    version: Option<String>,
    /// Whether `version` has moved since it was last taken note of.
    moved: bool,
    /// The token for the next page of a list that is under way.
    continue_: Option<String>,
    /// The version of that list, which counts once its last page is delivered.
    listed_version: Option<String>,
    /// Whether the server has ever answered: until then, not reaching it is a mistake to report.
    answered: bool,
    backoff: Backoff,
    rng: fastrand::Rng,
}

impl Machine {
    /// Starts from a version, or from none.
    pub(crate) fn new(plan: Plan, version: Option<String>, rng: fastrand::Rng) -> Self {
        // "0" stands for whatever state the server has at hand, which a watch tells as ADDED events in
        // no order of versions: there would be no telling where it stands. A list says so.
        let managed = plan.options().manage_resource_version;
        let version = version.filter(|version| !(managed && version == "0"));
        Self {
            plan,
            state: State::Ready,
            listing: false,
            version,
            moved: false,
            continue_: None,
            listed_version: None,
            answered: false,
            backoff: Backoff::default(),
            rng,
        }
    }

    /// Starts with nothing to do but to tell of an error.
    pub(crate) fn failed_at_once(plan: Plan, error: WatchError) -> Self {
        let state = State::Ended(Some(error));
        Self { state, ..Self::new(plan, None, fastrand::Rng::with_seed(0)) }
    }

    /// The version reached, if it has moved since this was last asked; managed streams only.
    pub(crate) fn take_moved(&mut self) -> Option<&str> {
        std::mem::take(&mut self.moved).then_some(self.version.as_deref()).flatten()
    }

    /// What to do next.
    pub(crate) fn step(&mut self, now: Instant) -> Step {
        loop {
            match &mut self.state {
                State::Ready => return Step::Send(self.request()),
                State::Items(items) => match items.pop_front() {
                    Some(item) => match envelope::identity(&item) {
                        Ok(identity) => {
                            return Step::Deliver(Delivery {
                                etype: EventType::Added,
                                origin: Origin::Initial,
                                object: item,
                                identity,
                            });
                        }
                        Err(error) => self.end(malformed("a list item that is no object", error)),
                    },
                    None => self.page_delivered(),
                },
                State::Watching { frames, since } => {
                    let since = *since;
                    match frames.next_line() {
                        Ok(None) => return Step::Wait,
                        Ok(Some(line)) => {
                            if let Some(delivery) = self.line(&line, since, now) {
                                return Step::Deliver(delivery);
                            }
                        }
                        Err(LineTooLong(limit)) => self.end(Kind::TooLarge { limit }),
                    }
                }
                State::BackingOff { told: true, .. }
                | State::Asking
                | State::ListBody(_)
                | State::Refused { .. } => return Step::Wait,
                State::BackingOff { wait, told } => {
                    *told = true;
                    return Step::Sleep(*wait);
                }
                State::Ended(error) => return Step::End(error.take()),
            }
        }
    }

    /// The head of an answer has come.
    pub(crate) fn on_head(&mut self, head: Head, now: Instant) {
        self.answered = true;
        self.state = match (head.status.is_success(), self.listing) {
            (false, _) => State::Refused { head, body: BytesMut::new() },
            (true, true) => State::ListBody(BytesMut::new()),
            (true, false) => State::Watching { frames: Frames::new(MAX_EVENT_BYTES), since: now },
        };
    }

    /// No answer was had.
    pub(crate) fn on_unreachable(&mut self, source: Source) {
        if self.managed() && self.answered {
            self.back_off(None);
        } else {
            self.end(Kind::Connect(source));
        }
    }

    /// A chunk of the body has come.
    pub(crate) fn on_chunk(&mut self, chunk: Bytes) {
        match &mut self.state {
            State::ListBody(body) => body.extend_from_slice(&chunk),
            State::Refused { body, .. } => {
                let room = MAX_REFUSAL_BYTES.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            State::Watching { frames, .. } => frames.push(chunk),
            _ => {}
        }
    }

    /// The body has come to its proper end.
    pub(crate) fn on_end(&mut self, now: Instant) {
        match &mut self.state {
            State::ListBody(body) => {
                let body = body.split().freeze();
                self.page(&body);
            }
            State::Refused { head, body } => {
                let (head, body) = (*head, body.split().freeze());
                self.refused(head, &body);
            }
            State::Watching { frames, since } => {
                let since = *since;
                if frames.rest().trim_ascii().is_empty() {
                    self.timed_out(since, now);
                } else {
                    self.cut(None, Some(since), now);
                }
            }
            _ => {}
        }
    }

    /// The connection broke; what a line had begun is discarded.
    pub(crate) fn on_cut(&mut self, source: Source, now: Instant) {
        match &self.state {
            State::Watching { since, .. } => self.cut(Some(source), Some(*since), now),
            State::ListBody(_) => self.cut(Some(source), None, now),
            // The status alone says enough.
            State::Refused { .. } => self.on_end(now),
            _ => {}
        }
    }

    /// The sleep is over.
    pub(crate) fn on_wake(&mut self) {
        if matches!(self.state, State::BackingOff { .. }) {
            self.state = State::Ready;
        }
    }

    fn managed(&self) -> bool {
        self.plan.options().manage_resource_version
    }

    fn request(&mut self) -> Request<()> {
        self.state = State::Asking;
        self.listing = self.managed() && self.version.is_none();
        if self.listing {
            self.plan.list(self.continue_.as_deref())
        } else {
            self.plan.watch(self.version.as_deref(), &mut self.rng)
        }
    }

    /// A page of a list is whole.
    fn page(&mut self, body: &Bytes) {
        match list_page::read(body) {
            Ok(page) if page.version.is_none() => {
                self.end(malformed(
                    "a list without a resourceVersion",
                    "metadata.resourceVersion is absent",
                ));
            }
            Ok(page) => {
                self.continue_ = page.continue_;
                self.listed_version = page.version;
                self.state = State::Items(page.items);
            }
            Err(error) => self.end(malformed("something that is no list", error)),
        }
    }

    fn page_delivered(&mut self) {
        if self.continue_.is_none() {
            self.version = self.listed_version.take();
            self.moved = true;
        }
        self.state = State::Ready;
    }

    /// Reads a line of a watch; gives what it delivers.
    fn line(&mut self, line: &Bytes, since: Instant, now: Instant) -> Option<Delivery> {
        match envelope::read(line) {
            Ok(Envelope::Event { etype, object, identity }) => {
                self.reach(identity.version.as_deref());
                Some(Delivery { etype, origin: Origin::Live, object, identity })
            }
            Ok(Envelope::Bookmark { version }) => {
                self.reach(version.as_deref());
                None
            }
            Ok(Envelope::Error(status)) => {
                self.backoff.lasted(now - since);
                let asked =
                    status.details.retry_after_seconds.map(|s| Duration::from_secs(s.into()));
                self.failed(Kind::ErrorEvent(status), asked);
                None
            }
            Ok(Envelope::Unknown) => None,
            Err(error) => {
                self.end(malformed("a line that is no watch event", error));
                None
            }
        }
    }

    fn reach(&mut self, version: Option<&str>) {
        if let Some(version) = version
            && self.managed()
        {
            let place = self.version.get_or_insert_default();
            version.clone_into(place);
            self.moved = true;
        }
    }

    fn timed_out(&mut self, since: Instant, now: Instant) {
        if self.plan.options().quit_on_timeout {
            self.state = State::Ended(None);
        } else if now - since < TOO_SOON {
            self.back_off(None);
        } else {
            self.backoff.reset();
            self.state = State::Ready;
        }
    }

    fn cut(&mut self, source: Option<Source>, since: Option<Instant>, now: Instant) {
        if let Some(since) = since {
            self.backoff.lasted(now - since);
        }
        if self.managed() {
            self.back_off(None);
        } else {
            self.end(Kind::Cut(source));
        }
    }

    fn refused(&mut self, head: Head, body: &Bytes) {
        let status = ApiStatus::from_body(head.status, body);
        if self.listing && status.is_gone() {
            self.end(Kind::PagesExpired(status));
        } else {
            self.failed(Kind::Refused(status), head.retry_after);
        }
    }

    /// The server said no: a managed stream tries again where that can help.
    fn failed(&mut self, kind: Kind, asked: Option<Duration>) {
        let (Kind::Refused(status) | Kind::ErrorEvent(status)) = &kind else {
            return self.end(kind);
        };
        if self.managed() && is_transient(status) {
            self.back_off(asked);
        } else {
            self.end(kind);
        }
    }

    fn back_off(&mut self, asked: Option<Duration>) {
        let wait = self.backoff.next(asked, &mut self.rng);
        self.state = State::BackingOff { wait, told: false };
    }

    fn end(&mut self, kind: Kind) {
        let verb = if self.listing { "listing" } else { "watching" };
        let doing = format!("{verb} {}", self.plan.resource());
        self.state = State::Ended(Some(WatchError::new(doing, kind)));
    }
}

/// Whether the server may well answer otherwise a little later.
fn is_transient(status: &ApiStatus) -> bool {
    let transient = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    transient.iter().any(|t| t.as_u16() == status.code)
}

fn malformed(what: &'static str, source: impl Into<Source>) -> Kind {
    Kind::Malformed { what, source: source.into() }
}
