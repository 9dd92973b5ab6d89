//! The store's public API, which reads and writes objects without HTTP.

use std::sync::Arc;

use serde_json::Value;
use watchable_core::ResourceInfo;

use super::handle::Store;
use super::part::Part;
use super::propagation::Propagation;
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Limits, Preconditions};

impl Store {
    /// Creates an object, including its status, and returns it with `kind` and `apiVersion`. A namespaced
    /// object without a namespace is created in `default`.
    ///
    /// # Errors
    ///
    /// Returns the errors of a POST, such as an unknown kind, an existing name or a missing namespace.
    pub fn create(&self, object: Value) -> Result<Value, ApiError> {
        let served = self.kind_of(&object)?;
        let namespace = namespace_of(&served, &object).map(str::to_owned);
        let created = self.create_in(&served, namespace.as_deref(), Part::All, object, false)?;
        Ok(created.decode_as(served.resource()))
    }

    /// Replaces an object, including its status, and returns it. If the object has a `resourceVersion`, it
    /// must be the current one.
    ///
    /// # Errors
    ///
    /// Returns the errors of a PUT, such as not found or conflict.
    pub fn update(&self, object: Value) -> Result<Value, ApiError> {
        let served = self.kind_of(&object)?;
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let key = Key::new(namespace_of(&served, &object), name);
        let updated = self.change(&served, &key, Part::All, false, |_| Ok(object))?;
        Ok(updated.decode_as(served.resource()))
    }

    /// Returns the current state of an object.
    ///
    /// # Errors
    ///
    /// Returns not found if the resource is not served or the object does not exist.
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

    /// Returns all objects of a resource, sorted by namespace and name.
    ///
    /// # Errors
    ///
    /// Returns not found if the resource is not served.
    pub fn list(&self, resource: &ResourceInfo) -> Result<Vec<Value>, ApiError> {
        let served = self.resource(resource)?;
        let objects = self.lock().objects(served.collection);
        Ok(objects.iter().map(|object| object.decode_as(served.resource())).collect())
    }

    /// Deletes an object and returns its last state. Deleting a namespace deletes its objects too. Finalizers
    /// of the object, or of one in the namespace, delay its deletion.
    ///
    /// # Errors
    ///
    /// Returns the errors of a DELETE, such as not found, or forbidden for a system namespace.
    pub fn delete(
        &self,
        resource: &ResourceInfo,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Value, ApiError> {
        let served = self.resource(resource)?;
        let key = Key::new(namespace, name);
        let (preconditions, propagation) = (Preconditions::default(), Propagation::default());
        let deleted = self.remove(&served, &key, &preconditions, propagation, false)?;
        Ok(deleted.decode_as(served.resource()))
    }

    /// Returns the revision of the latest write. In a replay, it is the latest of all resources, each of which
    /// has revisions of its own.
    pub fn current_revision(&self) -> u64 {
        self.lock().revision()
    }

    /// Compacts the history at the current revision. Older resource versions and the continue tokens of
    /// earlier lists then get a 410.
    pub fn compact(&self) {
        self.lock().compact();
    }

    /// Returns whether the server serves the resource.
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
