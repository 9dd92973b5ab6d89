//! The steps from received bytes to an event, separately, for the benches that count instructions.
//!
//! Not part of the API: behind the feature `bench-hooks`, for our own benches.

use std::marker::PhantomData;
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use watchable_core::{ResourceInfo, Scope, WatchItem, WatchTarget};

use crate::envelope::{self, Envelope};
use crate::event::EventType;
use crate::frame::json::JsonFrames;
use crate::head::Head;
use crate::identity::Identity;
use crate::index::{Comparison, Index, Seen};
use crate::machine::{Machine, Step, WatcherState};
use crate::options::StreamOptions;
use crate::request_builder::RequestBuilder;
use crate::settings::{InitialList, Settings};
use crate::uid::Uid;
use crate::wire::Wire;

const KIND: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const LIMIT: usize = 64 << 20;

/// Splits chunks into lines.
#[derive(Debug)]
pub struct Lines(JsonFrames);

impl Default for Lines {
    fn default() -> Self {
        Self(JsonFrames::new(LIMIT))
    }
}

impl Lines {
    /// Returns how many lines end in a chunk.
    ///
    /// # Panics
    ///
    /// Panics if a line exceeds the limit.
    pub fn count(&mut self, chunk: Bytes) -> usize {
        self.0.push(chunk);
        let mut lines = 0;
        while self.0.next_document().expect("a line within the limit").is_some() {
            lines += 1;
        }
        lines
    }
}

/// Whether a line parses as an event.
pub fn envelope(line: &Bytes) -> bool {
    matches!(envelope::json::read(line, KIND.scope()), Ok(Envelope::Event { .. }))
}

/// A stream without a transport.
pub struct Watch<T> {
    machine: Machine,
    settings: Settings,
    now: Instant,
    decodes: PhantomData<fn() -> T>,
}

impl<T: WatchTarget> Watch<T> {
    /// Creates a stream that watches, and whose server responds in this encoding.
    pub fn watching(managed_fields: bool, wire: Wire) -> Self {
        let settings = Settings { drops_managed_fields: !managed_fields, ..Settings::default() };
        Self::new(settings, Some("1"), wire)
    }

    /// Creates a stream that lists.
    pub fn listing(wire: Wire) -> Self {
        let settings = Settings { initial_list: InitialList::Paged, ..Settings::default() };
        Self::new(settings, None, wire)
    }

    fn new(settings: Settings, version: Option<&str>, wire: Wire) -> Self {
        let mut watcher_state = WatcherState::default();
        watcher_state.prepare(true, 0);
        let requests = RequestBuilder::new(KIND, settings.clone(), StreamOptions::managed())
            .has_protobuf(true);
        let rng = fastrand::Rng::with_seed(1);
        let mut machine =
            Machine::new(requests, version.map(str::to_owned), &mut watcher_state, rng);
        machine.swap_watcher_state(&mut watcher_state);
        let now = Instant::now();
        assert!(matches!(machine.step(now), Step::Send(_)), "a request comes first");
        let content_type = match wire {
            Wire::Json => "application/json",
            Wire::Protobuf => "application/vnd.kubernetes.protobuf",
        };
        let content_type = Some(content_type.to_owned());
        machine.on_head(Head { status: StatusCode::OK, content_type, ..Head::default() }, now);
        Self { machine, settings, now, decodes: PhantomData }
    }

    /// Returns how many events a chunk of the body completes. They are decoded and dropped.
    ///
    /// # Panics
    ///
    /// Panics if the chunk contains anything but events.
    pub fn events(&mut self, chunk: Bytes) -> usize {
        self.machine.on_chunk(chunk, self.now);
        let mut events = 0;
        loop {
            match self.machine.step(self.now) {
                Step::Deliver(delivery) => {
                    let mut object = delivery
                        .decode::<T::Item>(self.settings.drops_managed_fields)
                        .expect("an object of its type");
                    object.fill_type_meta(&KIND);
                    events += 1;
                }
                Step::Wait(_) => return events,
                _ => panic!("the stream is over"),
            }
        }
    }
}

/// An index, to be compared with a list of the same objects.
#[derive(Debug)]
pub struct Gap {
    index: Index,
    objects: Vec<Identity>,
    next: usize,
}

impl Gap {
    /// Creates an index of that many objects.
    pub fn of(count: usize) -> Self {
        let mut index = Index::default();
        let objects: Vec<_> = (0..count).map(object).collect();
        for object in &objects {
            index.record_delivered(EventType::Added, object, None);
        }
        index.begin_generation();
        Self { index, objects, next: 0 }
    }

    /// Compares the next object. Returns whether it is unchanged.
    pub fn compare(&mut self) -> bool {
        let object = &self.objects[self.next];
        self.next = (self.next + 1) % self.objects.len();
        self.index.compare(object, Seen::InList) == Comparison::Unchanged
    }

    /// Records a change of the next object.
    pub fn modify(&mut self) {
        let object = &self.objects[self.next];
        self.next = (self.next + 1) % self.objects.len();
        self.index.record_delivered(EventType::Modified, object, None);
    }
}

fn object(number: usize) -> Identity {
    Identity {
        name: format!("checkout-7d9c6b8f5d-{number:05}"),
        namespace: "demo".to_owned(),
        uid: Uid::of(&format!("8d81410b-1ab3-4aae-9917-{number:012x}")),
        version: Some((1_000_000 + number).to_string()),
        content: 0,
    }
}
