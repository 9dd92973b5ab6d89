//! The handle of the store: all objects in memory, with their revisions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;

use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{
    Event, Key, Limits, Object, Page, PageError, PageRequest, Point, State, TooOld,
};

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
    /// The number of changes. Watches wait for the next.
    changes: watch::Sender<u64>,
    is_replay: bool,
}

impl Store {
    /// Creates a store without objects.
    pub(super) fn empty(registry: Registry, history: Limits) -> Self {
        let state = State::new(registry.collections(), history);
        Self::with_state(registry, state, false)
    }

    /// Creates a store for what happened on another server, which refuses other writes.
    pub(crate) fn for_replay(registry: Registry, history: Limits) -> Self {
        let state = State::with_own_revisions(registry.collections(), history);
        Self::with_state(registry, state, true)
    }

    fn with_state(registry: Registry, state: State, is_replay: bool) -> Self {
        let (changes, _) = watch::channel(state.changes());
        let (registry, state) = (RwLock::new(Arc::new(registry)), Mutex::new(state));
        Self { shared: Arc::new(Shared { registry, state, changes, is_replay }) }
    }

    /// Returns whether the store shows what happened on another server.
    pub(crate) fn is_replay(&self) -> bool {
        self.shared.is_replay
    }

    /// Checks that the store may be written to.
    pub(crate) fn check_writable(&self) -> Result<(), ApiError> {
        if self.is_replay() { Err(ApiError::read_only_replay()) } else { Ok(()) }
    }

    pub(crate) fn set_history_limits(&self, limits: Limits) {
        self.lock().set_limits(limits);
    }

    /// Returns the registry of the resources that are currently served.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_registry(&self, registry: Registry) {
        let mut current = self.shared.registry.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(registry);
    }

    /// Subscribes to changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    pub(crate) fn read(&self, served: &Served, key: &Key) -> Result<Arc<Object>, ApiError> {
        let found = self.lock().object(served.collection, key);
        found.ok_or_else(|| ApiError::not_found(served.resource(), &key.name))
    }

    /// Returns up to `limit` events after a point, and the revision up to which they are complete. Events of
    /// other resources may be among them.
    pub(crate) fn events_after(
        &self,
        served: &Served,
        point: Point,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        self.lock().events_after(served.collection, point, limit)
    }

    /// Returns the latest point of a resource, from which a watch sees all later changes.
    pub(crate) fn now(&self, served: &Served) -> Point {
        self.lock().now(served.collection)
    }

    /// Returns all objects of a resource and the point of this snapshot.
    pub(crate) fn snapshot(&self, served: &Served) -> (Vec<Arc<Object>>, Point) {
        let state = self.lock();
        (state.objects(served.collection), state.now(served.collection))
    }

    pub(crate) fn page(&self, request: &PageRequest<'_>) -> Result<Page, PageError> {
        self.lock().page(request)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a write with the state locked, and notifies the watches.
    pub(crate) fn write<R>(&self, write: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let before = state.changes();
        let result = write(&mut state);
        // Still locked, so that subscribers see increasing numbers.
        if state.changes() != before {
            self.shared.changes.send_replace(state.changes());
        }
        result
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("revision", &self.lock().revision()).finish_non_exhaustive()
    }
}
