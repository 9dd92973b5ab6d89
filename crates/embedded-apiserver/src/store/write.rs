//! Creating, changing and deleting objects.

use std::sync::Arc;

use serde_json::Value;

use super::handle::Store;
use super::part::Part;
use super::{initial_status, namespaces};
use crate::error::ApiError;
use crate::registry::{Served, definition_validation};
use crate::storage::{
    Key, Object, Preconditions, Selection, State, complete_changed, complete_new,
};
use crate::support::time::now;

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
            let key = complete_new(served.resource(), namespace, &mut value, &mut state.random)?;
            if served.is_namespaced() {
                namespaces::check_is_there(state, &self.registry(), served, &key)?;
            }
            // It may have gone since it was looked up.
            if !self.registry().still_serves(served) {
                return Err(ApiError::no_such_resource());
            }
            if served.is_definitions() {
                definition_validation::complete(served.resource().version(), &mut value)?;
            }
            initial_status::put(served, part, &mut value);
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

    /// Changes an object by a function of its present state, with no other write in between.
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
            complete_changed(served.resource(), &current, &mut value)?;
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
            let unchanged = Object::new(key.clone(), value.clone(), current.revision());
            if unchanged.item() == current.item() || dry_run {
                return Ok(Arc::new(unchanged));
            }
            // The last finalizer of an object that is being deleted is gone, and so is the object.
            if !unchanged.has_finalizers() && !value["metadata"]["deletionTimestamp"].is_null() {
                self.take(state, served, &unchanged);
                return Ok(Arc::new(unchanged));
            }
            let changed = state.put(served.collection, key.clone(), value);
            if served.is_definitions() {
                self.register(state, served, &changed);
            }
            Ok(changed)
        })
    }

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
                namespaces::empty(state, served, &object)?;
            }
            Ok(self.end(state, served, &object))
        })
    }

    /// Deletes all objects that fit; returns their last states.
    pub(crate) fn remove_all(
        &self,
        served: &Served,
        selection: &Selection,
        dry_run: bool,
    ) -> Vec<Arc<Object>> {
        self.write(|state| {
            let mut objects = state.objects(served.collection);
            objects.retain(|object| selection.matches(object));
            for object in objects.iter().filter(|_| !dry_run) {
                self.end(state, served, object);
            }
            objects
        })
    }

    /// Deletes an object, or marks it as being deleted while it has finalizers.
    fn end(&self, state: &mut State, served: &Served, object: &Arc<Object>) -> Arc<Object> {
        if !object.has_finalizers() {
            self.take(state, served, object);
            return Arc::clone(object);
        }
        let mut ending = object.decode();
        if !ending["metadata"]["deletionTimestamp"].is_null() {
            return Arc::clone(object);
        }
        ending["metadata"]["deletionTimestamp"] = now();
        ending["metadata"]["deletionGracePeriodSeconds"] = 0.into();
        state.put(served.collection, object.key().clone(), ending)
    }

    /// Takes an object away; with a definition goes what it defines.
    fn take(&self, state: &mut State, served: &Served, object: &Object) {
        if served.is_definitions() {
            self.unregister(state, served, object);
        }
        state.take(served.collection, object.key());
        if served.is_definitions() {
            self.register_conflicting(state, served);
        }
    }
}

fn with_status_of(mut whole: Value, changed: &Value) -> Value {
    if let Some(members) = whole.as_object_mut() {
        match changed.get("status") {
            Some(status) => members.insert("status".into(), status.clone()),
            None => members.remove("status"),
        };
    }
    whole
}
