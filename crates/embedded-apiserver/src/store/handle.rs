//! The handle of the store: all objects in memory, with one revision counter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;

use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Event, Key, Limits, Object, Page, PageError, PageRequest, State, TooOld};

/// A handle to the server's objects, which reads and writes them without HTTP. It is cheap to clone.
///
/// Writes follow the rules of requests: the store sets metadata, validates names and namespaces, and sends
/// watch events. Returned objects have `kind` and `apiVersion`.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    /// Replaced only while the state is locked.
    registry: RwLock<Arc<Registry>>,
    state: Mutex<State>,
    /// The current revision. Watches wait for it to change.
    revisions: watch::Sender<u64>,
}

impl Store {
    /// Creates a store without objects.
    pub(super) fn empty(registry: Registry, history: Limits) -> Self {
        let state = State::new(registry.collections(), history);
        let (revisions, _) = watch::channel(state.revision());
        let registry = RwLock::new(Arc::new(registry));
        Self { shared: Arc::new(Shared { registry, state: Mutex::new(state), revisions }) }
    }

    /// Returns the registry of the resources that are currently served.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_registry(&self, registry: Registry) {
        let mut current = self.shared.registry.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(registry);
    }

    /// Subscribes to new revisions.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.shared.revisions.subscribe()
    }

    pub(crate) fn read(&self, served: &Served, key: &Key) -> Result<Arc<Object>, ApiError> {
        let found = self.lock().object(served.collection, key);
        found.ok_or_else(|| ApiError::not_found(served.resource(), &key.name))
    }

    /// Returns up to `limit` events after a revision, and the revision up to which they are complete.
    pub(crate) fn events_after(
        &self,
        revision: u64,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        self.lock().events_after(revision, limit)
    }

    /// Returns all objects of a resource and the revision of this snapshot.
    pub(crate) fn snapshot(&self, served: &Served) -> (Vec<Arc<Object>>, u64) {
        let state = self.lock();
        (state.objects(served.collection), state.revision())
    }

    pub(crate) fn page(&self, request: &PageRequest<'_>) -> Result<Page, PageError> {
        self.lock().page(request)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a write with the state locked, and notifies the watches.
    pub(super) fn write<R>(&self, write: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let before = state.revision();
        let result = write(&mut state);
        // Still locked, so that subscribers see increasing revisions.
        if state.revision() != before {
            self.shared.revisions.send_replace(state.revision());
        }
        result
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("revision", &self.lock().revision()).finish_non_exhaustive()
    }
}
