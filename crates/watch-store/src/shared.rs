//! What the handles of a store and its feeders share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;
use watch_runtime::EventSource;

use crate::change::Change;
use crate::entry::{Entry, Value};
use crate::keeper::Keeper;
use crate::mailbox::Transition;
use crate::progress::{End, Progress, SourceProgress};
use crate::source::Source;
use crate::tables::{Aftermath, Tables};

/// A store without its handles.
pub(crate) struct Shared<V> {
    /// Held for look-ups and changes, never while code of users runs, except `Hash`, `Eq` and `Drop` of index keys.
    tables: RwLock<Tables<V>>,
    pub(crate) keeper: Box<dyn Keeper<V>>,
    pub(crate) sources: Vec<(EventSource, Box<dyn Source>)>,
    pub(crate) progress: watch::Sender<Progress>,
}

impl<V> Shared<V> {
    pub(crate) fn new(
        keeper: Box<dyn Keeper<V>>,
        sources: Vec<(EventSource, Box<dyn Source>)>,
    ) -> Self {
        let progress = vec![SourceProgress::default(); sources.len()];
        let progress = watch::Sender::new(Progress { sources: progress });
        Self { tables: RwLock::default(), keeper, sources, progress }
    }

    /// Ignores poisoning: a panic of a key's `Hash` or `Eq` ends the feeder, which [`progress`](Self::progress) tells.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Tables<V>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Tables<V>> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the tables unless the store was stopped, and then, without the lock, drops what is no longer needed and wakes whoever waits.
    pub(crate) fn change<E>(
        &self,
        change: impl FnOnce(&mut Tables<V>) -> Result<Aftermath<V>, E>,
    ) -> Result<(), E> {
        let mut tables = self.write();
        if tables.is_stopped {
            drop(tables);
            return Ok(());
        }
        let aftermath = change(&mut tables)?;
        drop(tables);
        for mailbox in &aftermath.to_wake {
            mailbox.waker.wake();
        }
        drop(aftermath);
        Ok(())
    }

    /// Records how far a source has come. The tables have everything up to there.
    pub(crate) fn advance(&self, source: usize, has_synced: bool, version: Option<&str>) {
        // What it would stand for may have been discarded.
        if self.read().is_stopped {
            return;
        }
        let has_receivers = self.progress.receiver_count() > 0;
        let mut became_ready = false;
        self.progress.send_if_modified(|progress| {
            let place = &mut progress.sources[source];
            let changes = (place.has_synced, place.version.as_deref()) != (has_synced, version);
            if changes {
                let was_ready = place.has_synced;
                place.has_synced |= has_synced;
                match (version, &mut place.version) {
                    (Some(version), Some(place)) => version.clone_into(place),
                    (version, place) => *place = version.map(str::to_owned),
                }
                became_ready = has_synced && !was_ready && progress.is_ready();
            }
            changes && has_receivers
        });
        if became_ready {
            self.announce(|tables| {
                tables.is_ready = true;
                tables.mailboxes().iter().for_each(|mailbox| mailbox.push_ready());
            });
        }
    }

    /// Ends all sources.
    pub(crate) fn stop(&self) {
        self.write().is_stopped = true;
        for source in 0..self.sources.len() {
            self.end(source, End::Stopped);
        }
    }

    /// Records that a source has ended. When all have, the subscriptions end.
    pub(crate) fn end(&self, source: usize, end: End) {
        let mut has_ended = false;
        self.progress.send_modify(|progress| {
            progress.sources[source].end.get_or_insert(end);
            has_ended = progress.has_ended();
        });
        if has_ended {
            self.announce(|tables| {
                tables.mailboxes().iter().for_each(|mailbox| mailbox.close());
            });
        }
    }

    /// Says something to all subscribers.
    fn announce(&self, say: impl FnOnce(&mut Tables<V>)) {
        let mut tables = self.write();
        say(&mut tables);
        let mailboxes = tables.mailboxes().to_vec();
        drop(tables);
        for mailbox in mailboxes {
            mailbox.waker.wake();
        }
    }

    /// Returns an object. In a compact store it is decoded, so the tables must not be locked.
    pub(crate) fn open(&self, entry: &Entry<V>) -> Arc<V> {
        self.open_value(entry.value.clone(), entry.source)
    }

    fn open_value(&self, value: Value<V>, source: u16) -> Arc<V> {
        match value {
            Value::Whole(object) => object,
            Value::Encoded(encoded) => {
                let (_, source) = &self.sources[usize::from(source)];
                let opened = self.keeper.open(&encoded, source.resource());
                opened.expect("what was received and decoded decodes again")
            }
        }
    }

    /// Looks an object up: in one source, or any.
    pub(crate) fn get(&self, key: (&str, &str), source: Option<u16>) -> Option<Arc<V>> {
        let tables = self.read();
        let entry = tables.find(key, source)?;
        let (value, source) = (entry.value.clone(), entry.source);
        drop(tables);
        Some(self.open_value(value, source))
    }

    /// Returns a change as users see it.
    pub(crate) fn open_change(&self, transition: &Transition<V>) -> Option<Change<V>> {
        let Transition { before, after, origin } = transition;
        let entry = after.as_ref().or(before.as_ref())?;
        let resource = self.sources[usize::from(entry.source)].1.resource();
        Some(Change {
            is_of_secrets: (resource.group(), resource.kind()) == ("", "Secret"),
            before: before.as_ref().map(|entry| self.open(entry)),
            after: after.as_ref().map(|entry| self.open(entry)),
            origin: *origin,
            source: self.source_name(entry.source),
            key: entry.key.clone(),
        })
    }

    pub(crate) fn source_name(&self, source: u16) -> EventSource {
        self.sources[usize::from(source)].0.clone()
    }

    /// Returns the number of the source with a name.
    pub(crate) fn source_named(&self, name: &str) -> Option<u16> {
        let at = self.sources.iter().position(|(source, _)| source == name)?;
        u16::try_from(at).ok()
    }
}
