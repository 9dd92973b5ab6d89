//! The machine without a transport, for the simulation.
//!
//! Not part of the API: behind the feature `simulation`, for our own tests.

use std::time::{Duration, Instant};

use bytes::Bytes;
use watchable_core::protobuf::Envelope;
use watchable_core::{ResourceInfo, Scope};

use crate::event::{EventType, Origin};
use crate::head::Head;
use crate::identity::Identity;
pub use crate::machine::InjectedBug;
use crate::machine::{Delivered, Machine, Position, Step, WatcherState};
use crate::options::StreamOptions;
use crate::raw_object::{Form, RawObject};
use crate::request_builder::RequestBuilder;
use crate::settings::{InitialList, Settings, StartFrom};
use crate::status::Phase;
use crate::testing::encoder;

const KIND: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);

/// A watcher with a managed stream: its machine and the state it carries over.
pub struct Watcher {
    machine: Machine,
    settings: Settings,
    rng: fastrand::Rng,
    injected_bug: Option<InjectedBug>,
}

/// What the machine has its driver do.
#[derive(Debug)]
pub enum Action {
    /// Send a request with this path and query.
    Send(String),
    /// Wait for the response to make progress, or until this deadline.
    Wait(Option<Instant>),
    /// Close the connection, and sleep for this long.
    Sleep(Duration),
    /// Deliver an event.
    Deliver(Box<Event>),
    /// The stream is over, with an error if any.
    End(Option<String>),
}

/// A delivered event, not decoded. An object in protobuf is the JSON that it was encoded from, if it is readable.
#[derive(Debug)]
#[allow(missing_docs, reason = "as in the API")]
pub struct Event {
    pub etype: EventType,
    pub origin: Origin,
    pub namespace: String,
    pub name: String,
    pub uid: String,
    pub version: Option<String>,
    /// Everything that identifies it.
    pub identity: Identity,
    pub object: Bytes,
}

/// A list that has synced.
#[derive(Debug)]
pub struct SyncedList {
    /// Its version, if it has one.
    pub version: Option<String>,
}

impl Watcher {
    /// Creates a watcher with a managed stream.
    pub fn new(
        initial_list: InitialList,
        start_from: StartFrom,
        seed: u64,
        injected_bug: Option<InjectedBug>,
    ) -> Self {
        let page_size = Some(3);
        let settings = Settings { page_size, initial_list, start_from, ..Settings::default() };
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut watcher_state = WatcherState::default();
        watcher_state.prepare(true, 0);
        let mut machine = machine(&settings, None, &mut watcher_state, rng.fork());
        machine.swap_watcher_state(&mut watcher_state);
        machine.injected_bug(injected_bug);
        Self { machine, settings, rng, injected_bug }
    }

    /// Stops the stream and starts another, which resumes.
    pub fn stop_and_stream(&mut self) {
        let mut watcher_state = WatcherState::default();
        self.machine.swap_watcher_state(&mut watcher_state);
        watcher_state.prepare(true, 0);
        let version = self.machine.version().map(str::to_owned);
        self.machine = machine(&self.settings, version, &mut watcher_state, self.rng.fork());
        self.machine.swap_watcher_state(&mut watcher_state);
        self.machine.injected_bug(self.injected_bug);
    }

    /// Starts the stream of another process, which goes on after what this one or one before has delivered.
    pub fn restart(&mut self, delivered: Delivered) {
        let version = delivered.position().version.clone();
        let mut watcher_state = WatcherState::resumed(delivered, 0);
        self.machine = machine(&self.settings, version, &mut watcher_state, self.rng.fork());
        self.machine.swap_watcher_state(&mut watcher_state);
        self.machine.injected_bug(self.injected_bug);
    }

    /// Returns how far the stream has come.
    pub fn position(&self) -> Position {
        self.machine.position()
    }

    /// Returns what to do next.
    pub fn step(&mut self, now: Instant) -> Action {
        match self.machine.step(now) {
            Step::Send(sending) => Action::Send(sending.request.uri().to_string()),
            Step::Wait(deadline) => Action::Wait(deadline),
            Step::Sleep(time) => Action::Sleep(time),
            Step::Deliver(delivery) => Action::Deliver(Box::new(Event {
                etype: delivery.etype,
                origin: delivery.origin,
                namespace: delivery.identity.namespace.clone(),
                name: delivery.identity.name.clone(),
                uid: delivery.identity.uid.text(),
                version: delivery.identity.version.clone(),
                identity: delivery.identity,
                object: json(&delivery.object),
            })),
            Step::End(error) => Action::End(error.map(|error| error.to_string())),
        }
    }

    /// Returns the stream's resource version.
    pub fn version(&self) -> Option<&str> {
        self.machine.version()
    }

    /// Returns the list that has synced since the last call.
    pub fn take_synced_list(&mut self) -> Option<SyncedList> {
        self.machine.take_synced_version().map(|version| SyncedList { version: version.0 })
    }

    /// Whether a list is in progress.
    pub fn is_relisting(&self) -> bool {
        self.machine.is_relisting()
    }

    /// Returns the phase.
    pub fn phase(&mut self, now: Instant) -> Phase {
        self.machine.status(now).phase
    }

    /// Returns the number of gaps repaired.
    pub fn repairs(&mut self, now: Instant) -> u64 {
        self.machine.status(now).repairs
    }

    /// Reports the head of a response.
    ///
    /// # Panics
    ///
    /// Panics if the number is not an HTTP status.
    pub fn head(&mut self, status: u16, retry_after: Option<Duration>, now: Instant) {
        self.head_of(status, retry_after, None, now);
    }

    /// Reports the head of a response with this content type.
    ///
    /// # Panics
    ///
    /// Panics if the number is not an HTTP status.
    pub fn head_of(
        &mut self,
        status: u16,
        retry_after: Option<Duration>,
        content_type: Option<&str>,
        now: Instant,
    ) {
        let status = http::StatusCode::from_u16(status).expect("an HTTP status");
        let content_type = content_type.map(str::to_owned);
        self.machine.on_head(Head { status, retry_after, content_type, ..Head::default() }, now);
    }

    /// Reports a chunk of the body.
    pub fn chunk(&mut self, chunk: &[u8], now: Instant) {
        self.machine.on_chunk(Bytes::copy_from_slice(chunk), now);
    }

    /// Reports the end of the body.
    pub fn end(&mut self, now: Instant) {
        self.machine.on_end(now);
    }

    /// Reports that the connection broke.
    pub fn disconnect(&mut self, now: Instant) {
        self.machine.on_disconnect("reset by peer".into(), now);
    }

    /// Reports that the server could not be reached.
    pub fn unreachable(&mut self, now: Instant) {
        self.machine.on_unreachable("connection refused".into(), now);
    }

    /// Reports that the sleep is over.
    pub fn wake(&mut self) {
        self.machine.on_wake();
    }

    /// Reports that the deadline has passed.
    pub fn deadline(&mut self, now: Instant) {
        self.machine.on_idle_timeout(now);
    }
}

fn machine(
    settings: &Settings,
    version: Option<String>,
    watcher_state: &mut WatcherState,
    rng: fastrand::Rng,
) -> Machine {
    let requests =
        RequestBuilder::new(KIND, settings.clone(), StreamOptions::managed()).has_protobuf(true);
    Machine::new(requests, version, watcher_state, rng)
}

fn json(object: &RawObject) -> Bytes {
    let json = match object.form {
        Form::Json | Form::Row => None,
        Form::Message => encoder::json(&object.bytes),
        Form::Envelope => {
            Envelope::open(&object.bytes).ok().and_then(|envelope| encoder::json(envelope.message))
        }
    };
    json.map_or_else(|| object.bytes.clone(), |json| object.bytes.slice_ref(json))
}
