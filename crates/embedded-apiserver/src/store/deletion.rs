//! Deletes objects: at once, or when nothing delays it any more.
//!
//! Finalizers delay the deletion of an object. A namespace and a definition also wait for the deletion of
//! the objects in them.

use std::sync::Arc;

use serde_json::json;

use super::handle::Store;
use super::namespaces;
use super::propagation::{self, Propagation, has_finalizers};
use super::terminating::{is_terminating, put_if_changed};
use crate::error::ApiError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Object, Preconditions, Selection, State, mark_as_deleted};

impl Store {
    /// Deletes an object, or marks it as deleted if something delays its deletion. Returns its last state.
    pub(crate) fn remove(
        &self,
        served: &Served,
        key: &Key,
        preconditions: &Preconditions,
        propagation: Propagation,
        dry_run: bool,
    ) -> Result<Arc<Object>, ApiError> {
        self.check_writable()?;
        self.write(|state| {
            let object = state
                .object(served.collection, key)
                .ok_or_else(|| ApiError::not_found(served.resource(), &key.name))?;
            preconditions.check(served.resource(), &object)?;
            if self.is_namespaces(served) {
                namespaces::check_deletion(served, &key.name)?;
            }
            if dry_run {
                return Ok(object);
            }
            Ok(self.delete_object(state, served, &object, propagation))
        })
    }

    /// Deletes all selected objects and returns their last states.
    pub(crate) fn remove_all(
        &self,
        served: &Served,
        selection: &Selection,
        propagation: Propagation,
        dry_run: bool,
    ) -> Vec<Arc<Object>> {
        self.write(|state| {
            let mut objects = state.objects(served.collection);
            objects.retain(|object| selection.matches(object));
            for object in objects.iter_mut().filter(|_| !dry_run) {
                *object = self.delete_object(state, served, object, propagation);
            }
            objects
        })
    }

    /// Deletes an object, or marks it as deleted.
    pub(super) fn delete_object(
        &self,
        state: &mut State,
        served: &Served,
        object: &Arc<Object>,
        propagation: Propagation,
    ) -> Arc<Object> {
        if served.is_definitions() {
            return self.terminate_definition(state, served, object);
        }
        if self.is_namespaces(served) {
            return self.terminate_namespace(state, served, object);
        }
        let mut value = object.decode();
        propagation.set_finalizers(&mut value);
        // The deletion of a pod is graceful, even without a grace period.
        if !has_finalizers(&value) && !served.is_core("pods") {
            self.delete_now(state, served, object.key());
            return Arc::clone(object);
        }
        mark_as_deleted(&mut value);
        let marked = put_if_changed(state, served, object, &value);
        // The work of the garbage collector: there is nothing that it waits for.
        propagation::finish(&mut value);
        if has_finalizers(&value) {
            put_if_changed(state, served, &marked, &value);
        } else {
            self.delete_now(state, served, object.key());
        }
        marked
    }

    /// Deletes an object whose deletion nothing delays, and what waited for that.
    pub(super) fn delete_now(&self, state: &mut State, served: &Served, key: &Key) {
        if served.is_definitions() {
            return self.delete_definition(state, served, key);
        }
        state.remove(served.collection, key);
        let registry = self.registry();
        if served.is_namespaced()
            && let Some(namespaces) = registry.namespaces()
        {
            Self::finish_namespace(state, namespaces, &key.namespace);
        }
        if let Some(custom) = &served.custom
            && let Some(definitions) = registry.definitions()
        {
            self.finish_definition(state, definitions, &custom.definition);
        }
    }

    /// Marks a namespace as terminating, which it returns, and deletes the objects in it.
    fn terminate_namespace(
        &self,
        state: &mut State,
        namespaces: &Served,
        namespace: &Arc<Object>,
    ) -> Arc<Object> {
        let mut value = namespace.decode();
        if mark_as_deleted(&mut value) {
            if let Some(metadata) = value["metadata"].as_object_mut() {
                metadata.remove("deletionGracePeriodSeconds");
            }
            value["status"] = json!({"phase": "Terminating"});
        }
        let terminating = put_if_changed(state, namespaces, namespace, &value);
        let name = &namespace.key().name;
        let registry = self.registry();
        for collection in 0..state.collections.len() {
            let served = registry.all().iter().find(|served| served.collection == collection);
            for key in state.keys_in(collection, name) {
                match (served, state.object(collection, &key)) {
                    (Some(served), Some(object)) => {
                        self.delete_object(state, served, &object, Propagation::Background);
                    }
                    _ => drop(state.remove(collection, &key)),
                }
            }
        }
        Self::finish_namespace(state, namespaces, name);
        terminating
    }

    /// Deletes a terminating namespace if nothing is left in it.
    fn finish_namespace(state: &mut State, namespaces: &Served, name: &str) {
        let key = Key::new(None, name);
        let Some(namespace) = state.object(namespaces.collection, &key) else { return };
        if !namespace.has_finalizers() && is_terminating(&namespace) && is_empty(state, name) {
            state.remove(namespaces.collection, &key);
        }
    }

    /// Returns whether an object without finalizers still waits for the deletion of others.
    pub(super) fn has_contents(&self, state: &State, served: &Served, key: &Key) -> bool {
        self.is_namespaces(served) && !is_empty(state, &key.name)
    }

    /// Checks that the definition of a new object's resource is not being deleted.
    pub(super) fn check_definition(
        state: &State,
        registry: &Registry,
        served: &Served,
        name: &str,
    ) -> Result<(), ApiError> {
        let Some((custom, definitions)) = served.custom.as_ref().zip(registry.definitions()) else {
            return Ok(());
        };
        let definition = Key::new(None, &custom.definition);
        let found = state.object(definitions.collection, &definition);
        if found.is_none_or(|definition| !is_terminating(&definition)) {
            return Ok(());
        }
        let why = "create not allowed while custom resource definition is terminating";
        Err(ApiError::forbidden(served.resource(), name, why))
    }
}

fn is_empty(state: &State, namespace: &str) -> bool {
    (0..state.collections.len()).all(|collection| !state.has_any_in(collection, namespace))
}
