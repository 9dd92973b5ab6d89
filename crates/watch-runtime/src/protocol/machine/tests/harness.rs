//! A machine on a harness: requests taken, answers given, time passed by hand.

use http::StatusCode;
use watchable_core::{ResourceInfo, Scope};

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::protocol::error::WatchError;
use crate::protocol::event::{EventType, Origin};
use crate::protocol::head::Head;
use crate::protocol::machine::core::Machine;
use crate::protocol::machine::step::Step;
use crate::protocol::machine::watcher_state::WatcherState;
use crate::protocol::options::StreamOptions;
use crate::protocol::request_builder::RequestBuilder;
use crate::protocol::settings::{InitialList, Settings};

const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// A machine and a clock of its own.
pub(super) struct Harness {
    pub(super) machine: Machine,
    pub(super) now: Instant,
    /// A step that was looked at and not yet done.
    ahead: Option<Step>,
}

impl Harness {
    /// One that takes the state as a list.
    pub(super) fn new(options: StreamOptions, version: Option<&str>) -> Self {
        let settings = Settings { initial_list: InitialList::Paged, ..Settings::default() };
        Self::with(settings, options, version)
    }

    pub(super) fn with(settings: Settings, options: StreamOptions, version: Option<&str>) -> Self {
        let mut watcher_state = WatcherState::default();
        watcher_state.prepare(!settings.ends_at_gaps, 0);
        let requests = RequestBuilder::new(POD, settings, options);
        let rng = fastrand::Rng::with_seed(3);
        let mut machine =
            Machine::new(requests, version.map(str::to_owned), &mut watcher_state, rng);
        machine.swap_watcher_state(&mut watcher_state);
        Self { machine, now: Instant::now(), ahead: None }
    }

    /// The same watcher streams anew, from where it was.
    pub(super) fn restart_stream(mut self, options: StreamOptions) -> Self {
        let mut watcher_state = WatcherState::default();
        let version = self.machine.version().map(str::to_owned);
        self.machine.swap_watcher_state(&mut watcher_state);
        let Machine { requests, rng, .. } = self.machine;
        let requests = requests.with_options(options);
        let mut machine = Machine::new(requests, version, &mut watcher_state, rng);
        machine.swap_watcher_state(&mut watcher_state);
        Self { machine, now: self.now, ahead: None }
    }

    pub(super) fn step(&mut self) -> Step {
        self.ahead.take().unwrap_or_else(|| self.machine.step(self.now))
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// The next step is a request; gives its URL.
    pub(super) fn request(&mut self) -> String {
        match self.step() {
            Step::Send(sending) => sending.request.uri().to_string(),
            other => panic!("a request was expected, not {other:?}"),
        }
    }

    /// The next step is a delivery; gives its type and object.
    pub(super) fn delivery(&mut self) -> (EventType, Origin, String) {
        match self.step() {
            Step::Deliver(d) => (d.etype, d.origin, String::from_utf8(d.object.to_vec()).unwrap()),
            other => panic!("a delivery was expected, not {other:?}"),
        }
    }

    pub(super) fn wait(&mut self) {
        let step = self.step();
        assert!(matches!(step, Step::Wait(_)), "{step:?}");
    }

    /// The next step is a sleep, after which the machine is woken; gives its length.
    pub(super) fn sleep(&mut self) -> Duration {
        let Step::Sleep(time) = self.step() else { panic!("a sleep was expected") };
        self.wait();
        self.pass(time);
        self.machine.on_wake();
        time
    }

    /// The stream is over with an error.
    pub(super) fn error(&mut self) -> WatchError {
        match self.step() {
            Step::End(Some(error)) => error,
            other => panic!("an error was expected, not {other:?}"),
        }
    }

    pub(super) fn ended(&mut self) {
        assert!(matches!(self.step(), Step::End(None)));
    }

    pub(super) fn head(&mut self, status: u16) {
        self.head_after(status, None);
    }

    pub(super) fn head_after(&mut self, status: u16, retry_after: Option<Duration>) {
        let status = StatusCode::from_u16(status).unwrap();
        self.machine.on_head(Head { status, retry_after }, self.now);
    }

    pub(super) fn chunk(&mut self, text: &str) {
        self.machine.on_chunk(Bytes::copy_from_slice(text.as_bytes()), self.now);
    }

    pub(super) fn end(&mut self) {
        self.machine.on_end(self.now);
    }

    pub(super) fn disconnect(&mut self) {
        self.machine.on_disconnect("reset by peer".into(), self.now);
    }

    /// The next step is a wait; nothing comes of it until its deadline. Gives how long that is.
    pub(super) fn idle_timeout(&mut self) -> Duration {
        let Step::Wait(Some(deadline)) = self.step() else { panic!("a bounded wait was expected") };
        let time = deadline - self.now;
        self.machine.on_deadline(self.now + time / 2);
        self.pass(time);
        self.machine.on_deadline(self.now);
        time
    }

    /// Everything that is delivered before the next other step: type, origin and name of each.
    pub(super) fn deliveries(&mut self) -> Vec<String> {
        let mut delivered = Vec::new();
        loop {
            match self.step() {
                Step::Deliver(d) => {
                    delivered.push(format!("{} {:?} {}", d.etype, d.origin, d.identity.name));
                }
                Step::Wait(_) => return delivered,
                other => {
                    self.ahead = Some(other);
                    return delivered;
                }
            }
        }
    }

    /// A whole answer to a list.
    pub(super) fn list(&mut self, body: &str) {
        self.head(200);
        self.chunk(body);
        self.end();
    }

    /// A watch that is accepted and healthy for a minute.
    pub(super) fn accept_watch(&mut self) {
        self.head(200);
        self.pass(Duration::from_mins(1));
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(sending) => write!(f, "Send({})", sending.request.uri()),
            Self::Wait(_) => f.write_str("Wait"),
            Self::Sleep(time) => write!(f, "Sleep({time:?})"),
            Self::Deliver(d) => write!(f, "Deliver({} {})", d.etype, d.identity),
            Self::End(error) => write!(f, "End({error:?})"),
        }
    }
}
