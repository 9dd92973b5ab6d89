//! The objects that the server keeps, in memory, under one revision counter.

mod definitions;
mod event;
mod history;
mod initial_status;
mod metadata;
mod name;
mod namespaces;
mod object;
mod page;
mod preconditions;
mod state;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::watch;
use watchable_core::ResourceInfo;

pub(crate) use event::{Event, added_line};
pub(crate) use history::{Limits, TooOld};
pub(crate) use metadata::now;
pub(crate) use object::{Key, Object};
pub(crate) use page::{Page, PageError, PageRequest};
pub(crate) use preconditions::Preconditions;
pub(crate) use write::Part;

use crate::error::ApiError;
use crate::registry::{Registry, Served};
use state::State;

/// The server's objects, for programs that need no HTTP to reach them: tests, above all.
///
/// It is a handle, cheap to clone. Writes follow the rules of requests: metadata is set, names and
/// namespaces are checked, and watches tell of them. What it returns carries `kind` and
/// `apiVersion`.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    /// Replaced under the lock of the state alone.
    registry: RwLock<Arc<Registry>>,
    state: Mutex<State>,
    /// The current revision, for those who wait for the next.
    revisions: watch::Sender<u64>,
}

impl Store {
    /// Creates an object of the kind that it names, status included; a namespaced one without a
    /// namespace goes to `default`.
    ///
    /// # Errors
    ///
    /// Those of a POST: a kind not served, a name taken, a namespace that is not there …
    pub fn create(&self, object: Value) -> Result<Value, ApiError> {
        let served = self.kind_of(&object)?;
        let namespace = namespace_of(&served, &object).map(str::to_owned);
        let created = self.create_in(&served, namespace.as_deref(), Part::Whole, object, false)?;
        Ok(created.decode_as(&served))
    }

    /// Replaces an object, status included; one with a `resourceVersion` replaces only that version.
    ///
    /// # Errors
    ///
    /// Those of a PUT: not found, conflict …
    pub fn update(&self, object: Value) -> Result<Value, ApiError> {
        let served = self.kind_of(&object)?;
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let key = Key::new(namespace_of(&served, &object), name);
        let updated = self.change(&served, &key, Part::Whole, false, |_| Ok(object))?;
        Ok(updated.decode_as(&served))
    }

    /// An object as it is now.
    ///
    /// # Errors
    ///
    /// The resource is not served, or the object is not there.
    pub fn get(
        &self,
        resource: &ResourceInfo,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Value, ApiError> {
        let served = self.resource(resource)?;
        let object = self.read(&served, &Key::new(namespace, name))?;
        Ok(object.decode_as(&served))
    }

    /// All objects of a resource, by namespace and name.
    ///
    /// # Errors
    ///
    /// The resource is not served.
    pub fn list(&self, resource: &ResourceInfo) -> Result<Vec<Value>, ApiError> {
        let served = self.resource(resource)?;
        let objects = self.lock().objects(served.collection);
        Ok(objects.iter().map(|object| object.decode_as(&served)).collect())
    }

    /// Deletes an object and, if it is a namespace, all that lies in it; returns its last state.
    ///
    /// # Errors
    ///
    /// Those of a DELETE: not found, a namespace that must stay …
    pub fn delete(
        &self,
        resource: &ResourceInfo,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Value, ApiError> {
        let served = self.resource(resource)?;
        let key = Key::new(namespace, name);
        let deleted = self.remove(&served, &key, &Preconditions::default(), false)?;
        Ok(deleted.decode_as(&served))
    }

    /// The revision of the latest write.
    pub fn current_revision(&self) -> u64 {
        self.lock().revision()
    }

    /// Forgets the history up to now: versions older than the current one get 410 from here on,
    /// as do tokens of lists begun before.
    pub fn compact(&self) {
        self.lock().compact();
    }

    /// Whether the server's catalogue has the resource.
    pub fn serves(&self, resource: &ResourceInfo) -> bool {
        self.resource(resource).is_ok()
    }
}

impl Store {
    pub(crate) fn new(registry: Registry, history: Limits) -> Self {
        let state = State::new(registry.collections(), history);
        let (revisions, _) = watch::channel(state.revision());
        let registry = RwLock::new(Arc::new(registry));
        let store =
            Self { shared: Arc::new(Shared { registry, state: Mutex::new(state), revisions }) };
        store.create_system_namespaces();
        store
    }

    /// What is served now.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.shared.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_registry(&self, registry: Registry) {
        let mut current = self.shared.registry.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(registry);
    }

    /// Tells of every new revision.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.shared.revisions.subscribe()
    }

    pub(crate) fn read(&self, served: &Served, key: &Key) -> Result<Arc<Object>, ApiError> {
        let found = self.lock().object(served.collection, key);
        found.ok_or_else(|| ApiError::not_found(served, &key.name))
    }

    /// Up to `limit` events after a revision, and the revision up to which nothing else happened.
    pub(crate) fn events_after(
        &self,
        revision: u64,
        limit: usize,
    ) -> Result<(Vec<Arc<Event>>, u64), TooOld> {
        self.lock().events_after(revision, limit)
    }

    /// All objects of a resource, and the revision at which that is so.
    pub(crate) fn snapshot(&self, served: &Served) -> (Vec<Arc<Object>>, u64) {
        let state = self.lock();
        (state.objects(served.collection), state.revision())
    }

    pub(crate) fn page(&self, request: &PageRequest<'_>) -> Result<Page, PageError> {
        self.lock().page(request)
    }

    fn resource(&self, resource: &ResourceInfo) -> Result<Arc<Served>, ApiError> {
        self.registry()
            .by_path(&resource.api_version(), resource.plural())
            .cloned()
            .ok_or_else(ApiError::no_such_resource)
    }

    fn kind_of(&self, object: &Value) -> Result<Arc<Served>, ApiError> {
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        self.registry().by_kind(api_version, kind).cloned().ok_or_else(|| {
            ApiError::bad_request(format!("no kind {kind:?} is served in {api_version:?}"))
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does some writing and tells those who wait.
    fn write<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let before = state.revision();
        let result = work(&mut state);
        // Under the lock, so that the revisions told only grow.
        if state.revision() != before {
            self.shared.revisions.send_replace(state.revision());
        }
        result
    }
}

fn namespace_of<'a>(served: &Served, object: &'a Value) -> Option<&'a str> {
    let namespace = object["metadata"]["namespace"].as_str().filter(|n| !n.is_empty());
    if served.is_namespaced() { Some(namespace.unwrap_or("default")) } else { namespace }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("revision", &self.current_revision()).finish_non_exhaustive()
    }
}
