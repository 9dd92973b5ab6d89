//! A machine with a scripted server and a clock set by hand.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use watchable_core::{ResourceInfo, Scope};

use crate::error::WatchError;
use crate::event::{EventType, Origin};
use crate::head::Head;
use crate::machine::core::Machine;
use crate::machine::step::Step;
use crate::machine::watcher_state::WatcherState;
use crate::options::StreamOptions;
use crate::request_builder::RequestBuilder;
use crate::settings::{InitialList, Settings};

const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// A machine and its clock.
pub(super) struct Harness {
    pub(super) machine: Machine,
    pub(super) now: Instant,
    /// A step that was peeked at.
    ahead: Option<Step>,
}

impl Harness {
    /// Creates a stream that uses paged lists.
    pub(super) fn new(options: StreamOptions, version: Option<&str>) -> Self {
        let settings = Settings { initial_list: InitialList::Paged, ..Settings::default() };
        Self::with(settings, options, version)
    }

    pub(super) fn with(settings: Settings, options: StreamOptions, version: Option<&str>) -> Self {
        let requests = RequestBuilder::new(POD, settings, options).has_protobuf(true);
        Self::of(requests, version)
    }

    /// Creates a stream of these requests, which repairs gaps.
    pub(super) fn of(requests: RequestBuilder, version: Option<&str>) -> Self {
        let mut watcher_state = WatcherState::default();
        watcher_state.prepare(requests.repairs_gaps(), 0);
        let rng = fastrand::Rng::with_seed(3);
        let mut machine =
            Machine::new(requests, version.map(str::to_owned), &mut watcher_state, rng);
        machine.swap_watcher_state(&mut watcher_state);
        Self { machine, now: Instant::now(), ahead: None }
    }

    /// Stops the stream and starts another of the same watcher.
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

    /// Expects a request. Returns its URL.
    pub(super) fn request(&mut self) -> String {
        match self.step() {
            Step::Send(outgoing) => outgoing.request.uri().to_string(),
            other => panic!("expected a request, got {other:?}"),
        }
    }

    /// Expects a delivery. Returns its type, origin and object.
    pub(super) fn delivery(&mut self) -> (EventType, Origin, String) {
        match self.step() {
            Step::Deliver(d) => {
                (d.etype, d.origin, String::from_utf8(d.object.bytes.to_vec()).unwrap())
            }
            other => panic!("expected a delivery, got {other:?}"),
        }
    }

    pub(super) fn wait(&mut self) {
        let step = self.step();
        assert!(matches!(step, Step::Wait(_)), "{step:?}");
    }

    /// Expects a sleep, and wakes the machine after it. Returns its length.
    pub(super) fn sleep(&mut self) -> Duration {
        let Step::Sleep(time) = self.step() else { panic!("expected a sleep") };
        self.wait();
        self.pass(time);
        self.machine.on_wake();
        time
    }

    /// Expects the end of the stream, with an error.
    pub(super) fn error(&mut self) -> WatchError {
        match self.step() {
            Step::End(Some(error)) => error,
            other => panic!("expected an error, got {other:?}"),
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
        self.machine.on_head(Head { status, retry_after, ..Head::default() }, self.now);
    }

    /// Reports the head of a response with this content type.
    pub(super) fn head_of(&mut self, status: u16, content_type: &str) {
        let status = StatusCode::from_u16(status).unwrap();
        let content_type = Some(content_type.to_owned());
        self.machine.on_head(Head { status, content_type, ..Head::default() }, self.now);
    }

    pub(super) fn chunk(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.machine.on_chunk(Bytes::copy_from_slice(bytes), self.now);
    }

    pub(super) fn end(&mut self) {
        self.machine.on_end(self.now);
    }

    pub(super) fn disconnect(&mut self) {
        self.machine.on_disconnect("reset by peer".into(), self.now);
    }

    /// Expects a wait, and lets it pass without progress. Returns its length.
    pub(super) fn idle_timeout(&mut self) -> Duration {
        let Step::Wait(Some(deadline)) = self.step() else {
            panic!("expected a wait with a deadline")
        };
        let time = deadline - self.now;
        self.machine.on_idle_timeout(self.now + time / 2);
        self.pass(time);
        self.machine.on_idle_timeout(self.now);
        time
    }

    /// Returns the type, origin and name of each delivery up to the next other step.
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

    /// Responds to a list request.
    pub(super) fn list(&mut self, body: &str) {
        self.head(200);
        self.chunk(body);
        self.end();
    }

    /// Responds with this body in protobuf.
    pub(super) fn protobuf(&mut self, status: u16, body: &[u8]) {
        self.head_of(status, "application/vnd.kubernetes.protobuf");
        self.bytes(body);
        self.end();
    }

    /// Accepts a watch in protobuf that lasts for a minute.
    pub(super) fn accept_protobuf_watch(&mut self) {
        self.head_of(200, "application/vnd.kubernetes.protobuf;stream=watch");
        self.pass(Duration::from_mins(1));
    }

    /// Accepts a watch that lasts for a minute.
    pub(super) fn accept_watch(&mut self) {
        self.head(200);
        self.pass(Duration::from_mins(1));
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(outgoing) => write!(f, "Send({})", outgoing.request.uri()),
            Self::Wait(_) => f.write_str("Wait"),
            Self::Sleep(time) => write!(f, "Sleep({time:?})"),
            Self::Deliver(d) => write!(f, "Deliver({} {})", d.etype, d.identity),
            Self::End(error) => write!(f, "End({error:?})"),
        }
    }
}
