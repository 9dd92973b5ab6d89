//! Creates and updates objects.

use std::sync::Arc;

use serde_json::Value;

use super::handle::Store;
use super::part::Part;
use super::{initial_status, namespaces};
use crate::error::ApiError;
use crate::registry::{Served, definition_validation};
use crate::storage::{Key, Object, prepare_for_create, prepare_for_update};

impl Store {
    pub(crate) fn create_in(
        &self,
        served: &Served,
        namespace: Option<&str>,
        part: Part,
        mut value: Value,
        dry_run: bool,
    ) -> Result<Arc<Object>, ApiError> {
        self.check_writable()?;
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
            Self::check_definition(state, &self.registry(), served, &key.name)?;
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
        self.check_writable()?;
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
            let is_terminating = !value["metadata"]["deletionTimestamp"].is_null();
            if is_terminating
                && !unchanged.has_finalizers()
                && !self.has_contents(state, served, key)
            {
                self.delete_now(state, served, key);
                return Ok(unchanged);
            }
            let changed = state.put(served.collection, key.clone(), value);
            if served.is_definitions() && !is_terminating {
                self.register(state, served, &changed);
            }
            Ok(changed)
        })
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
