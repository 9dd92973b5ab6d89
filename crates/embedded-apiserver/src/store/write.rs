//! Creates, updates and deletes objects.

use std::sync::Arc;

use serde_json::Value;

use super::handle::Store;
use super::part::Part;
use super::{initial_status, namespaces};
use crate::error::ApiError;
use crate::registry::{Served, definition_validation};
use crate::storage::{
    Key, Object, Preconditions, Selection, State, mark_as_deleted, prepare_for_create,
    prepare_for_update,
};

impl Store {
    pub(crate) fn create_in(
        &self,
        served: &Served,
        namespace: Option<&str>,
        part: Part,
        mut value: Value,
        dry_run: bool,
    ) -> Result<Arc<Object>, ApiError> {
        self.write(|state| {
            let rules = served.metadata_rules();
            let key = prepare_for_create(&rules, namespace, &mut value, &mut state.random)?;
            if served.is_namespaced() {
                namespaces::check_exists(state, &self.registry(), served, &key)?;
            }
            // The resource may have been unregistered since the lookup.
            if !self.registry().still_serves(served) {
                return Err(ApiError::no_such_resource());
            }
            if served.is_definitions() {
                definition_validation::complete(served.resource().version(), &mut value)?;
            }
            initial_status::set(served, part, &mut value);
            if state.object(served.collection, &key).is_some() {
                return Err(ApiError::already_exists(served.resource(), &key.name));
            }
            if dry_run {
                return Ok(Arc::new(Object::new(key, value, 0)));
            }
            let created = state.put(served.collection, key, value);
            if served.is_definitions() {
                self.register(state, served, &created);
            }
            Ok(created)
        })
    }

    /// Updates an object by a function of its current state, with no other write in between.
    pub(crate) fn change(
        &self,
        served: &Served,
        key: &Key,
        part: Part,
        dry_run: bool,
        change: impl FnOnce(Value) -> Result<Value, ApiError>,
    ) -> Result<Arc<Object>, ApiError> {
        self.write(|state| {
            let current = state
                .object(served.collection, key)
                .ok_or_else(|| ApiError::not_found(served.resource(), &key.name))?;
            let mut value = change(current.decode_as(served.resource()))?;
            prepare_for_update(&served.metadata_rules(), &current, &mut value)?;
            if part == Part::Status {
                let owners = value["metadata"]["managedFields"].take();
                value = with_status_of(current.decode(), &value);
                if owners.is_array() {
                    value["metadata"]["managedFields"] = owners;
                }
            } else if part == Part::Main && served.has_status() {
                value = with_status_of(value, &current.decode());
            }
            if served.is_definitions() {
                definition_validation::complete(served.resource().version(), &mut value)?;
                definition_validation::check_change(&current.decode(), &value)?;
            }
            let unchanged = Arc::new(Object::new(key.clone(), value.clone(), current.revision()));
            if unchanged.item() == current.item() || dry_run {
                return Ok(unchanged);
            }
            // Removing the last finalizer of an object that is being deleted deletes it.
            if !unchanged.has_finalizers() && !value["metadata"]["deletionTimestamp"].is_null() {
                self.delete_now(state, served, &unchanged);
                return Ok(unchanged);
            }
            let changed = state.put(served.collection, key.clone(), value);
            if served.is_definitions() {
                self.register(state, served, &changed);
            }
            Ok(changed)
        })
    }

    /// Deletes an object, or marks it as deleted if it has finalizers. Returns its last state.
    pub(crate) fn remove(
        &self,
        served: &Served,
        key: &Key,
        preconditions: &Preconditions,
        dry_run: bool,
    ) -> Result<Arc<Object>, ApiError> {
        self.write(|state| {
            let object = state
                .object(served.collection, key)
                .ok_or_else(|| ApiError::not_found(served.resource(), &key.name))?;
            preconditions.check(served.resource(), &object)?;
            if dry_run {
                return Ok(object);
            }
            if self.is_namespaces(served) {
                let terminating = namespaces::terminate(state, served, &object)?;
                return Ok(self.delete_or_mark(state, served, &terminating));
            }
            Ok(self.delete_or_mark(state, served, &object))
        })
    }

    /// Deletes all selected objects and returns their last states.
    pub(crate) fn remove_all(
        &self,
        served: &Served,
        selection: &Selection,
        dry_run: bool,
    ) -> Vec<Arc<Object>> {
        self.write(|state| {
            let mut objects = state.objects(served.collection);
            objects.retain(|object| selection.matches(object));
            for object in objects.iter_mut().filter(|_| !dry_run) {
                *object = self.delete_or_mark(state, served, object);
            }
            objects
        })
    }

    /// Deletes an object, or marks it as deleted if it has finalizers.
    fn delete_or_mark(
        &self,
        state: &mut State,
        served: &Served,
        object: &Arc<Object>,
    ) -> Arc<Object> {
        // The deletion of a pod is graceful, even without a grace period.
        let is_marked_first = object.has_finalizers() || served.is_core("pods");
        let mut object = Arc::clone(object);
        if is_marked_first {
            let mut marked = object.decode();
            if mark_as_deleted(&mut marked) {
                object = state.put(served.collection, object.key().clone(), marked);
            }
        }
        if object.has_finalizers() { object } else { self.delete_now(state, served, &object) }
    }

    /// Deletes an object, and returns its last state. Deleting a definition unregisters its resource.
    fn delete_now(&self, state: &mut State, served: &Served, object: &Arc<Object>) -> Arc<Object> {
        if !served.is_definitions() {
            state.remove(served.collection, object.key());
            return Arc::clone(object);
        }
        let last = self.unregister(state, served, object);
        state.remove(served.collection, object.key());
        self.register_conflicting(state, served);
        last
    }
}

fn with_status_of(mut object: Value, other: &Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        match other.get("status") {
            Some(status) => members.insert("status".into(), status.clone()),
            None => members.remove("status"),
        };
    }
    object
}
