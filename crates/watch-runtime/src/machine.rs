//! The watch protocol as a state machine: answers and clock readings in, requests and events out.
//!
//! It does no I/O. Whoever drives it calls [`Machine::step`] until it says [`Step::Wait`], does what
//! each step says, and reports what came of it.
//!
//! ```text
//!            ask for a list              page whole, next page or watch
//!          ┌──► Asking ──► Listing ─────────────────────┐
//!          │      │           │                         ▼
//!   Ready ─┤      │ HTTP      │ cut, silence            Ready
//!          │      │ error     ▼                         ▲
//!          │      ▼       ┌► BackingOff ───slept────────┤
//!          │   Refused ───┤                             │
//!          │      ▲       └► Ready, taking the state: 410, no streamed state
//!          │      │ HTTP      ▲                         │
//!          │      │ error     │ cut, silence, 410 …     │
//!          └──► Asking ──► Watching ────clean end───────┘
//!            ask for a watch
//! ```
//!
//! While the state is taken (`taking`), whether as a list or as a stream, its objects go through a
//! comparison with what was delivered. What that owes the consumer (`owed`) is delivered before
//! anything else is read, and only then the state's version counts.
//!
//! A watch on which nothing came, not even a bookmark, is asked for again, and where nothing has shown
//! that the server ever reached its version, that is asked first (`probe`).
//!
//! `BackingOff` is for managed streams and for what may pass. Everything else leads to Ended: what no
//! retry mends, a clean end with `quit_on_timeout`, and in unmanaged streams every failure.

mod failing;
mod memory;
mod phase;
mod probe;
mod reading;
pub(crate) mod injected_bug;
mod state;
mod taking;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::backoff::Backoff;
use crate::error::{Kind, Source};
use crate::frame::{Frames, LineTooLong};
use crate::list_body::ListBody;
use crate::plan::Plan;
use crate::settings::{StartFrom, InitialList};
use crate::status::{Cause, Phase, WatchStatus};
use crate::transport::Head;
use crate::{Origin, WatchError};
use failing::Failures;
pub(crate) use memory::Memory;
use injected_bug::InjectedBug;
use state::State;
pub(crate) use state::{Delivery, Purpose, Sending, Step};
use taking::Taking;

/// As much of an HTTP error's body as is kept, in bytes.
const MAX_REFUSAL_BYTES: usize = 64 << 10;
/// The version that history is asked for from: older than any that there can be.
const OLDEST: &str = "1";

/// The protocol of one stream.
pub(crate) struct Machine {
    plan: Plan,
    state: State,
    /// The next watch starts just after this one.
    version: Option<String>,
    /// Whether `version` has moved since it was last taken note of.
    moved: bool,
    /// Whether `version` is but a question how far back the server's history goes.
    asks_for_oldest: bool,
    taking: Option<Taking>,
    /// Whether the newest request only asks which version the server has reached.
    probing: bool,
    /// Why the next request is a restart; none is where it is the stream's own next step.
    why: Option<Cause>,
    /// To be delivered before anything else is read.
    owed: VecDeque<Delivery>,
    memory: Memory,
    /// How long the watch under way may last, where that is bounded.
    limit: Option<Duration>,
    failures: Failures,
    backoff: Backoff,
    rng: fastrand::Rng,
    status: WatchStatus,
    #[cfg(feature = "simulation")]
    injected_bug: Option<injected_bug::InjectedBug>,
    #[cfg(feature = "simulation")]
    told: Option<String>,
}

impl Machine {
    /// Starts from a version, or from none, with what earlier streams of the watcher have delivered.
    pub(crate) fn new(
        plan: Plan,
        version: Option<String>,
        memory: &mut Memory,
        rng: fastrand::Rng,
    ) -> Self {
        // "0" stands for whatever state the server has at hand, which a watch tells as ADDED events in
        // no order of versions: there would be no telling where it stands. Taking the state says so.
        let managed = plan.options().manage_resource_version;
        let version = version.filter(|version| !(managed && version == "0"));
        let mut machine = Self {
            state: State::Ready,
            version,
            moved: false,
            asks_for_oldest: false,
            taking: None,
            probing: false,
            why: None,
            owed: VecDeque::new(),
            memory: Memory::default(),
            limit: None,
            failures: Failures::default(),
            backoff: Backoff::default(),
            rng,
            status: WatchStatus { phase: Phase::Connecting, ..WatchStatus::default() },
            #[cfg(feature = "simulation")]
            injected_bug: None,
            #[cfg(feature = "simulation")]
            told: None,
            plan,
        };
        machine.swap_memory(memory);
        if managed && machine.version.is_none() {
            machine.begin();
        } else if managed && machine.memory.index.is_some() && machine.is_in_doubt() {
            machine.repair();
        }
        machine.swap_memory(memory);
        machine
    }

    /// Starts with nothing to do but to tell of an error.
    pub(crate) fn failed_at_once(plan: Plan, error: WatchError) -> Self {
        let rng = fastrand::Rng::with_seed(0);
        let machine = Self::new(plan, None, &mut Memory::default(), rng);
        Self { state: State::Ended(Some(error)), taking: None, ..machine }
    }

    fn begin(&mut self) {
        match self.plan.start_from() {
            StartFrom::OldestEvent if !self.memory.never_tells_oldest => {
                self.version = Some(OLDEST.to_owned());
                self.asks_for_oldest = true;
            }
            StartFrom::OldestEvent | StartFrom::CurrentState => {
                let streamed = self.streams_state();
                self.take_state(Origin::Initial, streamed);
            }
        }
    }

    /// The namespace that is watched, where it is one.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.plan.namespace()
    }

    fn streams_state(&self) -> bool {
        !self.memory.never_streams && self.plan.initial_list() == InitialList::Streaming
    }

    /// The version reached, if it has moved since this was last asked; managed streams only.
    pub(crate) fn take_moved(&mut self) -> Option<&str> {
        std::mem::take(&mut self.moved).then_some(self.version.as_deref()).flatten()
    }

    /// Exchanges what earlier streams have left for what is at hand.
    pub(crate) fn swap_memory(&mut self, memory: &mut Memory) {
        std::mem::swap(&mut self.memory, memory);
    }

    /// The version that a managed stream goes on from.
    pub(crate) fn version(&self) -> Option<&str> {
        self.version.as_deref().filter(|_| self.managed() && !self.asks_for_oldest)
    }

    /// What to do next.
    pub(crate) fn step(&mut self, now: Instant) -> Step {
        loop {
            if let Some(delivery) = self.owed.pop_front() {
                return Step::Deliver(self.delivered(delivery));
            }
            if let Some(version) = self.taking.as_mut().and_then(|taking| taking.complete.take()) {
                self.state_is_told(version);
            }
            match &mut self.state {
                State::Ready => return Step::Send(self.request(now)),
                State::Listing { body, ended, .. } => match body.next_item() {
                    Some(item) => self.item(&item),
                    None if *ended => match std::mem::take(body).finish() {
                        Ok(end) if self.probing => self.probed(end.version.as_deref()),
                        Ok(end) => self.page_is_whole(end),
                        Err(_) if self.probing => self.not_probed(),
                        Err(error) => self.end(malformed("something that is no list", error)),
                    },
                    None if self.probing && body.waiting() > self.plan.max_event_bytes() => {
                        self.not_probed();
                    }
                    None if body.waiting() > self.plan.max_event_bytes() => {
                        let limit = self.plan.max_event_bytes();
                        self.end(Kind::TooLarge { limit });
                    }
                    None => return self.wait(),
                },
                State::Watching { frames, since, .. } => {
                    let since = *since;
                    match frames.next_line() {
                        Ok(None) => return self.wait(),
                        Ok(Some(line)) => {
                            if let Some(delivery) = self.line(&line, since, now) {
                                return Step::Deliver(self.delivered(delivery));
                            }
                        }
                        Err(LineTooLong(limit)) => self.end(Kind::TooLarge { limit }),
                    }
                }
                State::BackingOff { told: false, wait, .. } => {
                    let wait = *wait;
                    self.status.phase = self.phase(now);
                    if let State::BackingOff { told, .. } = &mut self.state {
                        *told = true;
                    }
                    return Step::Sleep(wait);
                }
                State::BackingOff { told: true, .. }
                | State::Asking { .. }
                | State::Refused { .. } => return self.wait(),
                State::Ended(error) => return Step::End(error.take()),
            }
        }
    }

    fn wait(&self) -> Step {
        Step::Wait(self.deadline())
    }

    /// The head of an answer has come.
    pub(crate) fn on_head(&mut self, head: Head, now: Instant) {
        self.failures.reached();
        let listing = self.lists();
        self.state = match (head.status.is_success(), listing) {
            (false, _) => State::Refused { head, body: BytesMut::new(), heard: now },
            (true, true) => State::Listing { body: ListBody::default(), heard: now, ended: false },
            (true, false) => {
                let frames = Frames::new(self.plan.max_event_bytes());
                State::Watching { frames, since: now, heard: now }
            }
        };
        if head.status.is_success() {
            self.failures.accepted();
        }
    }

    /// No answer was had.
    pub(crate) fn on_unreachable(&mut self, source: Source) {
        if self.managed() && self.failures.has_reached() {
            self.probing = false;
            self.failures.lost();
            self.back_off_unreachable(Cause::Unreachable);
        } else {
            self.end(Kind::Connect(source));
        }
    }

    /// A chunk of the body has come.
    pub(crate) fn on_chunk(&mut self, chunk: Bytes, now: Instant) {
        match &mut self.state {
            State::Listing { body, heard, .. } => {
                *heard = now;
                body.push(&chunk);
            }
            State::Refused { body, heard, .. } => {
                *heard = now;
                let room = MAX_REFUSAL_BYTES.saturating_sub(body.len());
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            State::Watching { frames, heard, .. } => {
                *heard = now;
                frames.push(chunk);
            }
            _ => {}
        }
    }

    /// The body has come to its proper end.
    pub(crate) fn on_end(&mut self, now: Instant) {
        match &mut self.state {
            State::Listing { ended, .. } => *ended = true,
            State::Refused { head, body, .. } => {
                let (head, body) = (*head, body.split().freeze());
                self.refused(head, &body, now);
            }
            State::Watching { frames, since, .. } => {
                let since = *since;
                if frames.rest().trim_ascii().is_empty() {
                    self.timed_out(since, now);
                } else {
                    self.cut(Cause::Disconnected, Kind::Disconnected(None), now);
                }
            }
            _ => {}
        }
    }

    /// The connection broke; what a line had begun is discarded.
    pub(crate) fn on_cut(&mut self, source: Source, now: Instant) {
        self.inject_fragment();
        match &self.state {
            State::Watching { .. } | State::Listing { .. } => {
                self.cut(Cause::Disconnected, Kind::Disconnected(Some(source)), now);
            }
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

    /// Whether the newest request asks for a list, not a watch.
    fn lists(&self) -> bool {
        self.probing || self.taking.as_ref().is_some_and(|taking| !taking.streamed)
    }

    fn request(&mut self, now: Instant) -> Sending {
        self.state = State::Asking { since: now };
        let cause = self.why.take();
        self.status.restarts += u64::from(cause.is_some());
        if self.probing {
            return Sending { request: self.plan.probe(), purpose: Purpose::Probe, cause };
        }
        if self.taking.as_ref().is_some_and(|taking| taking.continue_.is_none()) {
            self.begin_state();
        }
        if !self.lists() {
            self.limit = self.plan.timeout(&mut self.rng);
        }
        let (request, purpose) = match &self.taking {
            Some(taking) if taking.streamed => {
                (self.plan.stream_state(self.limit), Purpose::StreamedState)
            }
            Some(taking) => {
                // Once something was delivered, an older state would take it back.
                let stale = taking.origin == Origin::Initial
                    && self.plan.initial_list() == InitialList::WatchCache
                    && self.memory.index.as_ref().is_none_or(|index| index.len() == 0);
                (self.plan.list(taking.continue_.as_deref(), stale), Purpose::List)
            }
            None => (self.plan.watch(self.version.as_deref(), self.limit), Purpose::Watch),
        };
        Sending { request, purpose, cause }
    }

    fn end(&mut self, kind: Kind) {
        let verb = if self.lists() { "listing" } else { "watching" };
        let resource = self.plan.resource();
        let doing = format!("{verb} {resource}");
        let kind = match kind {
            Kind::Rejected(status) | Kind::ErrorEvent(status)
                if status.code == 404 && !status.is_about_a_namespace() =>
            {
                Kind::NoResource { resource: resource.clone(), status }
            }
            kind => kind,
        };
        self.state = State::Ended(Some(WatchError::new(doing, kind)));
    }
}

fn malformed(what: &'static str, source: impl Into<Source>) -> Kind {
    Kind::Malformed { what, source: source.into() }
}
