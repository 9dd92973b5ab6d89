//! The store's public interface: objects by value, without HTTP.

use std::sync::Arc;

use serde_json::Value;
use watchable_core::ResourceInfo;

use super::handle::Store;
use super::part::Part;
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Limits, Preconditions};

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
        Ok(created.decode_as(served.resource()))
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
        Ok(updated.decode_as(served.resource()))
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
        Ok(object.decode_as(served.resource()))
    }

    /// All objects of a resource, by namespace and name.
    ///
    /// # Errors
    ///
    /// The resource is not served.
    pub fn list(&self, resource: &ResourceInfo) -> Result<Vec<Value>, ApiError> {
        let served = self.resource(resource)?;
        let objects = self.lock().objects(served.collection);
        Ok(objects.iter().map(|object| object.decode_as(served.resource())).collect())
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
        Ok(deleted.decode_as(served.resource()))
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
        let store = Self::empty(registry, history);
        store.create_system_namespaces();
        store
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
}

fn namespace_of<'a>(served: &Served, object: &'a Value) -> Option<&'a str> {
    let namespace = object["metadata"]["namespace"].as_str().filter(|n| !n.is_empty());
    if served.is_namespaced() { Some(namespace.unwrap_or("default")) } else { namespace }
}
