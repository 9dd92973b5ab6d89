//! The public type: look-ups, indexes, subscriptions and waits.

mod waits;

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use tokio::runtime;
use watch_protocol::uid::Uid;
use watchable_core::selector::{LabelSelector, SelectorError};

use crate::by_index::{Index, select};
use crate::entry::Entry;
use crate::handle::Handle;
use crate::key::ObjectKey;
use crate::mailbox::Filter;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::status::{self, Undecodable};
use crate::subscription::Subscription;
use crate::writer::StoreWriter;

/// The present state of what one or several watchers watch.
///
/// Clones are handles of the same store. It starts with the first use of any method, in a task per source, and stops
/// when the last handle, index and subscription is dropped. A source that is interrupted reconnects and repairs the
/// state in place, as a managed stream does; meanwhile the store answers with what it has. [`is_ready`](Self::is_ready)
/// tells whether it has ever been whole, and [`is_live`](Self::is_live) whether it is up to date now.
///
/// Objects are shared, not copied. An object of the same namespace and name but another uid is another object.
///
/// # Locks
///
/// One lock guards the state. It is held for a look-up or for one change, never while functions of the user's run
/// (those of indexes and projections), nor while objects are decoded or dropped. Of the user's code, only `Hash`, `Eq`,
/// `Clone` and `Drop` of an index's keys run under it.
///
/// # Panics
///
/// The first use panics outside of a Tokio runtime, unless the store was built with one
/// ([`StoreBuilder::runtime`](crate::StoreBuilder::runtime)), or is only [written](crate::StoreBuilder::written).
pub struct Store<V: Send + Sync + 'static> {
    handle: Arc<Handle<V>>,
}

impl<V: Send + Sync + 'static> Store<V> {
    pub(crate) fn new(shared: Shared<V>, runtime: Option<runtime::Handle>) -> Self {
        Self { handle: Arc::new(Handle::new(shared, runtime)) }
    }

    /// Creates a store that is fed by whoever asks for what is shared.
    #[cfg(test)]
    pub(crate) fn unfed(shared: Shared<V>) -> Self {
        Self { handle: Arc::new(Handle::unfed(shared)) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<V>> {
        self.handle.started()
    }

    /// Starts the store, if it does not run yet.
    pub fn start(&self) {
        self.shared();
    }

    /// Returns the writer of a source that was added with [`StoreBuilder::written`](crate::StoreBuilder::written).
    /// There is one of each: `None` if it was returned before, or there is no such source.
    pub fn writer(&self, source: &str) -> Option<StoreWriter<V>> {
        let place = self.handle.shared.source_named(source)?;
        StoreWriter::take(&self.handle.shared, place.into())
    }

    /// Stops the store. It keeps its state, and its subscriptions end. It cannot be started again.
    pub fn stop(&self) {
        self.handle.stop();
    }
}

/// Look-ups.
impl<V: Send + Sync + 'static> Store<V> {
    /// Returns an object by its namespace, which is empty for cluster-scoped kinds, and its name. If several sources
    /// have one of this name, any of them is returned: see [`get_from`](Self::get_from).
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<V>> {
        self.shared().get((namespace, name), None)
    }

    /// Returns an object of one source.
    pub fn get_from(&self, source: &str, namespace: &str, name: &str) -> Option<Arc<V>> {
        let shared = self.shared();
        let source = shared.source_named(source)?;
        shared.get((namespace, name), Some(source))
    }

    /// Returns all objects of a namespace and name: one of each source that has one, and more where a server shows
    /// several clusters as one.
    pub fn get_all(&self, namespace: &str, name: &str) -> Vec<Arc<V>> {
        self.select_slots(|tables| tables.with_key((namespace, name)).collect())
    }

    /// Returns the number of objects.
    pub fn len(&self) -> usize {
        self.shared().read().state().len()
    }

    /// Returns whether there are no objects.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns all objects at this time. It takes no copy, and does not depend on the number of objects.
    pub fn snapshot(&self) -> Snapshot<V> {
        let state = self.shared().read().state().clone();
        Snapshot::new(Arc::clone(&self.handle), state)
    }

    /// Returns all objects, as of now, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Arc<V>> + use<V> {
        self.snapshot().iter().map(|stored| stored.object)
    }

    /// Returns the objects in a namespace, from an index.
    pub fn in_namespace(&self, namespace: &str) -> Vec<Arc<V>> {
        self.select_slots(|tables| {
            let slots = tables.namespaces.slots(namespace);
            slots.map(|slots| slots.iter().collect()).unwrap_or_default()
        })
    }

    /// Returns the objects that have an owner with this uid, from an index.
    pub fn owned_by(&self, uid: &str) -> Vec<Arc<V>> {
        let uid = Uid::of(uid);
        self.select_slots(|tables| {
            let slots = tables.owners.slots(&uid);
            slots.map(|slots| slots.iter().collect()).unwrap_or_default()
        })
    }

    /// Returns the objects whose labels a selector selects, such as `app=web,tier!=front`.
    ///
    /// If the selector has an equality or an `in`, only the objects with such a label are looked at. Objects with the
    /// same labels are matched at once.
    ///
    /// # Errors
    ///
    /// Fails if the selector is malformed.
    pub fn select(&self, selector: &str) -> Result<Vec<Arc<V>>, SelectorError> {
        let selector: LabelSelector = selector.parse()?;
        Ok(self.select_slots(|tables| tables.labels.select(&selector)))
    }

    fn select_slots(
        &self,
        slots: impl FnOnce(&crate::tables::Tables<V>) -> Vec<u32>,
    ) -> Vec<Arc<V>> {
        let entries: Vec<Arc<Entry<V>>> = select(&self.handle, slots);
        entries.iter().map(|entry| self.handle.shared.open(entry)).collect()
    }

    /// Returns the objects that did not decode, by key. Until a version of such an object decodes, the store keeps the
    /// last one that did, if there was one.
    pub fn undecodable(&self) -> Vec<Undecodable> {
        status::undecodable(self.shared())
    }
}

/// Indexes and subscriptions.
impl<V: Send + Sync + 'static> Store<V> {
    /// Adds an index, by a function that returns the keys of an object: an `Option` for none or one, or any collection.
    /// Indexes what is there before it returns, without holding up the store.
    ///
    /// The function must return the same keys for the same object. If it panics, here or later, so does this method, or
    /// the store's source ends.
    pub fn index<K, F, I>(&self, keys: F) -> Index<V, K>
    where
        F: Fn(&V) -> I + Send + Sync + 'static,
        I: IntoIterator<Item = K>,
        K: Eq + Hash + Send + Sync + 'static,
    {
        Index::add(&self.handle, keys)
    }

    /// Subscribes to all objects: first what there is, then each change.
    pub fn subscribe(&self) -> Subscription<V> {
        Subscription::new(Arc::clone(&self.handle), Filter::All)
    }

    /// Subscribes to the objects with a namespace and name, such as `("shop", "web-1")`.
    pub fn subscribe_to(&self, key: impl Into<ObjectKey>) -> Subscription<V> {
        Subscription::new(Arc::clone(&self.handle), Filter::Key(key.into()))
    }

    /// Subscribes to the objects that have a key in an index. An object that comes to have it appears, with nothing
    /// before; one that no longer has it disappears, with nothing after.
    ///
    /// # Panics
    ///
    /// Panics if the index is another store's.
    pub fn subscribe_index<K>(&self, index: &Index<V, K>, key: impl Into<K>) -> Subscription<V>
    where
        K: Eq + Hash + Send + Sync + 'static,
    {
        assert!(Arc::ptr_eq(&self.handle, index.handle()), "the index is another store's");
        Subscription::new(Arc::clone(&self.handle), index.filter(key.into()))
    }
}

impl<V: Send + Sync + 'static> Clone for Store<V> {
    fn clone(&self) -> Self {
        Self { handle: Arc::clone(&self.handle) }
    }
}

/// Does not start the store.
impl<V: Send + Sync + 'static> fmt::Debug for Store<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.handle.shared;
        f.debug_struct("Store")
            .field("sources", &shared.sources.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("objects", &shared.read().state().len())
            .finish_non_exhaustive()
    }
}
