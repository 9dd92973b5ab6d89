//! The machine: what it keeps, how it begins, and its main loop.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::protocol::backoff::Backoff;
use crate::protocol::error::{Kind, WatchError};
use crate::protocol::event::Origin;
use crate::protocol::frame::LineTooLong;
use crate::protocol::machine::failures::Failures;
#[cfg(feature = "simulation")]
use crate::protocol::machine::injected_bug::InjectedBug;
use crate::protocol::machine::state::{State, Taking};
use crate::protocol::machine::step::{Delivery, Step};
use crate::protocol::machine::watcher_state::Memory;
use crate::protocol::request_builder::Plan;
use crate::protocol::settings::{InitialList, StartFrom};
use crate::protocol::status::{Cause, Phase, WatchStatus};

/// The version that history is asked for from: older than any that there can be.
const OLDEST: &str = "1";

/// The protocol of one stream.
pub(crate) struct Machine {
    pub(super) plan: Plan,
    pub(super) state: State,
    /// The next watch starts just after this one.
    pub(super) version: Option<String>,
    /// Whether `version` has moved since it was last taken note of.
    pub(super) moved: bool,
    /// Whether `version` is but a question how far back the server's history goes.
    pub(super) asks_for_oldest: bool,
    pub(super) taking: Option<Taking>,
    /// Whether the newest request only asks which version the server has reached.
    pub(super) probing: bool,
    /// Why the next request is a restart; none is where it is the stream's own next step.
    pub(super) why: Option<Cause>,
    /// To be delivered before anything else is read.
    pub(super) owed: VecDeque<Delivery>,
    pub(super) memory: Memory,
    /// How long the watch under way may last, where that is bounded.
    pub(super) limit: Option<Duration>,
    pub(super) failures: Failures,
    pub(super) backoff: Backoff,
    pub(super) rng: fastrand::Rng,
    pub(super) status: WatchStatus,
    #[cfg(feature = "simulation")]
    pub(super) injected_bug: Option<InjectedBug>,
    #[cfg(feature = "simulation")]
    pub(super) told: Option<String>,
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

    pub(super) fn streams_state(&self) -> bool {
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

    pub(super) fn managed(&self) -> bool {
        self.plan.options().manage_resource_version
    }

    /// Whether the newest request asks for a list, not a watch.
    pub(super) fn lists(&self) -> bool {
        self.probing || self.taking.as_ref().is_some_and(|taking| !taking.streamed)
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
                        Err(error) => self.end(Kind::malformed("something that is no list", error)),
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

    pub(super) fn end(&mut self, kind: Kind) {
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
