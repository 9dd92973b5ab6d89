//! A store of what was recorded: the objects as they were at the moment to which it is advanced.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use watch_store::{Store, StoreBuilder, StoreWriter};
use watchable_core::{
    DynamicTarget, Listed, ResourceInfo, WatchItem, WatchTarget, Watchable, Watched,
};

use crate::entries::Entries;
use crate::entry::{Entry, EntryKind};
use crate::error::{RecordingError, UndecodableEvent};
use crate::recording::Recording;

/// A store that a recording feeds, without a server: see [`Recording::store`].
///
/// The caller advances it to a time, or by an event. The store is that of a watcher: with indexes, subscriptions that
/// know each object before and after, and waits. Each of the recording's sources is one of the store, named as in the
/// [`Header`](crate::Header). When this is dropped, the sources have ended, and the store keeps its state.
///
/// An object that does not decode is an error of [`step`](Self::step) and [`advance_to`](Self::advance_to), after which
/// they can be called again to resume after it. After other errors, nothing more comes.
pub struct RecordedStore<V: Send + Sync + 'static> {
    store: Store<V>,
    writers: HashMap<Arc<str>, StoreWriter<V>>,
    entries: Entries,
    /// What was read, and is not in the store yet.
    next: Option<Entry>,
    path: std::path::PathBuf,
}

impl Recording {
    /// Returns a store of a type's objects. It is empty until it is advanced.
    pub fn store<T>(&self) -> RecordedStore<T::Item>
    where
        T: Watchable<Item: Sync> + WatchTarget,
    {
        let resource = <<T::Item as Listed>::Kind as Watched>::resource();
        self.store_with(&resource, StoreBuilder::build)
    }

    /// Returns a store of the objects of a resource that is chosen at run time: for `DynamicObject`.
    pub fn store_of<T>(&self, resource: &ResourceInfo) -> RecordedStore<T>
    where
        T: DynamicTarget + WatchItem + Sync,
    {
        self.store_with(resource, StoreBuilder::build)
    }

    /// Returns a store of a resource that is built by a function, which decides what is kept of objects: it is compact, or a
    /// projection.
    pub fn store_with<T, V>(
        &self,
        resource: &ResourceInfo,
        build: impl FnOnce(StoreBuilder<T>) -> Store<V>,
    ) -> RecordedStore<V>
    where
        T: WatchItem + Sync,
        V: Send + Sync + 'static,
    {
        let recorded = self.header().resources.iter().filter(|it| it.resource == *resource);
        let names: Vec<&str> = recorded.map(|recorded| recorded.source.as_str()).collect();
        let builder = names
            .iter()
            .fold(StoreBuilder::new(), |builder, name| builder.written(name, resource.clone()));
        let store = build(builder);
        let writers =
            names.iter().filter_map(|name| Some((Arc::from(*name), store.writer(name)?))).collect();
        let path = self.path().to_owned();
        RecordedStore { store, writers, entries: self.entries(), next: None, path }
    }
}

impl<V: Send + Sync + 'static> RecordedStore<V> {
    /// Returns the store.
    pub fn store(&self) -> &Store<V> {
        &self.store
    }

    /// Applies the next event to the store. Returns when it was recorded; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is damaged, or the object does not decode.
    pub fn step(&mut self) -> Result<Option<Timestamp>, RecordingError> {
        while let Some(entry) = self.next_up_to(Timestamp::MAX)? {
            let (time, is_event) = (entry.time, matches!(entry.what, EntryKind::Event { .. }));
            self.apply(entry)?;
            if is_event {
                return Ok(Some(time));
            }
        }
        Ok(None)
    }

    /// Applies everything to the store that was recorded up to a time, that time included. Returns how many events that
    /// was.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step).
    pub fn advance_to(&mut self, time: Timestamp) -> Result<u64, RecordingError> {
        let mut events = 0;
        while let Some(entry) = self.next_up_to(time)? {
            events += u64::from(matches!(entry.what, EntryKind::Event { .. }));
            self.apply(entry)?;
        }
        Ok(events)
    }

    /// Applies the rest to the store. Returns how many events that was.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step).
    pub fn finish(&mut self) -> Result<u64, RecordingError> {
        self.advance_to(Timestamp::MAX)
    }

    /// Returns the next line of one of the store's sources.
    fn next_up_to(&mut self, time: Timestamp) -> Result<Option<Entry>, RecordingError> {
        while self.next.is_none() {
            let Some(entry) = self.entries.next().transpose()? else { return Ok(None) };
            self.next = Some(entry).filter(|entry| self.writers.contains_key(&entry.source));
        }
        Ok(self.next.take_if(|entry| entry.time <= time))
    }

    fn apply(&mut self, entry: Entry) -> Result<(), RecordingError> {
        let Entry { time, source, what, .. } = entry;
        let Some(writer) = self.writers.get_mut(&source) else { return Ok(()) };
        match what {
            EntryKind::Event { etype, origin, object } => {
                writer.apply(etype, origin, object.clone()).map_err(|error| {
                    let event = UndecodableEvent { time, source: &source, etype, object: &object };
                    RecordingError::undecodable(&self.path, &event, error)
                })?;
            }
            EntryKind::Position { version, synced } if !version.is_empty() => {
                if synced {
                    writer.sync(&version);
                } else {
                    writer.advance(&version);
                }
            }
            EntryKind::Position { .. } | EntryKind::Gap { .. } => {}
        }
        Ok(())
    }
}

impl<V: Send + Sync + 'static> std::fmt::Debug for RecordedStore<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedStore").field("path", &self.path).finish_non_exhaustive()
    }
}
