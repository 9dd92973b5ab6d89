//! The streams of a watcher.

use std::sync::Arc;
use std::time::Duration;

use watch_protocol::machine::{Delivered, Delivery, Machine, WatcherState};
use watch_protocol::request_builder::RequestBuilder;
use watch_protocol::settings::{self, Settings};
use watch_protocol::tombstone;
use watch_protocol::{StartFrom, StreamOptions, Wire};
use watchable_core::{WatchItem as _, WatchTarget, json};

use crate::stream::{RawEvents, WatchStream};
use crate::watcher::Watcher;

impl<T: WatchTarget> Watcher<T> {
    /// Returns a stream of events, and ends the previous stream of this watcher.
    ///
    /// # Errors
    ///
    /// Errors are items of the stream: see [`WatchStream`]. If a setting is invalid, an error that names
    /// it is the stream's only item.
    pub fn stream(&self, options: StreamOptions) -> WatchStream<T> {
        self.stream_with(self.settings.clone(), options)
    }

    /// Streams with defaults for [`give_up_after`](Self::give_up_after) and [`wire`](Self::wire).
    pub(crate) fn stream_with_defaults(
        &self,
        give_up_after: Option<Duration>,
        wire: Option<Wire>,
        options: StreamOptions,
    ) -> WatchStream<T> {
        let mut settings = self.settings.clone();
        settings.give_up_after = settings.give_up_after.or(give_up_after);
        settings.wire = settings.wire.or(wire.filter(|_| T::Item::has_protobuf()));
        self.stream_with(settings, options)
    }

    /// Returns a managed stream of objects that are not decoded yet, and ends the previous stream of this watcher. It
    /// always begins with the current state, which makes it the source of a store.
    ///
    /// [`resource_version`](Self::resource_version), [`start_from`](Self::start_from) and
    /// [`repair_gaps`](Self::repair_gaps) are ignored: they would leave a store without what existed, or with what was
    /// deleted long ago. So is [`without_managed_fields`](Self::without_managed_fields): whoever decodes decides.
    ///
    /// # Errors
    ///
    /// Errors that end the stream are items: see [`WatchStream`].
    pub fn raw_events(&self) -> RawEvents {
        // A deletion needs no object: the program has it.
        RawEvents::new(self.start(self.reset_to_current_state(), StreamOptions::managed(), false))
    }

    /// Returns what [`raw_events`](Self::raw_events) does, but going on after what an earlier process has delivered:
    /// with the events since its position, or, where the server no longer has them, with what differs from its objects.
    ///
    /// The namespace and the selectors have to be those of the earlier process. The objects of deletions that a relist
    /// finds are tombstones, unless the type does not decode from one.
    ///
    /// # Errors
    ///
    /// Errors that end the stream are items: see [`WatchStream`].
    pub fn resume_raw_events(&self, delivered: Delivered) -> RawEvents {
        let settings = self.reset_to_current_state();
        let epoch = self.position.epoch();
        if let Some(version) = &delivered.position().version {
            self.position.advance(epoch, version);
        }
        *self.shared.watcher_state() = WatcherState::resumed(delivered, epoch);
        let keeps_objects = !tombstone::decodes::<T::Item>(&self.resource);
        RawEvents::new(self.start(settings, StreamOptions::managed(), keeps_objects))
    }

    /// Decodes an object of [`raw_events`](Self::raw_events) as the events of [`stream`](Self::stream) carry it.
    ///
    /// # Errors
    ///
    /// Fails if the object is not one of the type, or has no name.
    pub fn decode(&self, delivery: &Delivery) -> Result<T::Item, json::Error> {
        let mut object = delivery.decode::<T::Item>(self.settings.drops_managed_fields)?;
        object.fill_type_meta(&self.resource);
        Ok(object)
    }

    pub(crate) fn stream_with(&self, settings: Settings, options: StreamOptions) -> WatchStream<T> {
        self.start(settings, options, !tombstone::decodes::<T::Item>(&self.resource))
    }

    /// Discards the resume position and, with the next stream, the record of delivered objects. Returns the settings of
    /// a stream that begins with the current state and repairs gaps.
    pub(crate) fn reset_to_current_state(&self) -> Settings {
        self.position.clear();
        Settings {
            start_from: StartFrom::CurrentState,
            ends_at_gaps: false,
            ..self.settings.clone()
        }
    }

    /// Starts a stream that decodes, if at all, as `U`.
    fn start<U: WatchTarget>(
        &self,
        settings: Settings,
        options: StreamOptions,
        keeps_objects: bool,
    ) -> WatchStream<U> {
        let stop = self.stop.start();
        let version = if options.manage_resource_version {
            self.position.current()
        } else {
            self.position.start()
        };
        let checked =
            settings::check(&settings, version.as_deref(), &self.resource, T::Item::has_protobuf());
        let repairs_gaps = !settings.ends_at_gaps;
        let drops_managed_fields = settings.drops_managed_fields;
        let requests = RequestBuilder::new(self.resource.clone(), settings, options)
            .metadata_only(T::Item::metadata_only())
            .as_table(T::Item::as_table())
            .has_protobuf(T::Item::has_protobuf())
            .keeping_objects(keeps_objects);
        let mut watcher_state = self.shared.watcher_state();
        watcher_state.prepare(repairs_gaps, self.position.epoch());
        let machine = match checked {
            Ok(()) => Machine::new(requests, version, &mut watcher_state, fastrand::Rng::new()),
            Err(fault) => Machine::failed(requests, fault.into_error(&self.resource)),
        };
        drop(watcher_state);
        WatchStream::new(
            machine,
            Arc::clone(&self.transport),
            self.resource.clone(),
            Arc::clone(&self.position),
            stop,
            Arc::clone(&self.shared),
            drops_managed_fields,
        )
    }
}
