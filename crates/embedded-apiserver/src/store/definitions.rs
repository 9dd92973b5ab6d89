//! Registers and unregisters custom resources as their definitions are written and deleted.

use std::sync::Arc;

use super::handle::Store;
use super::propagation::{Propagation, add_finalizer, has_finalizers, remove_finalizer};
use super::terminating::{is_terminating, put_if_changed};
use crate::registry::{Definition, Registry, Served, definition_status};
use crate::storage::{Key, Object, State, mark_as_deleted};
use crate::support::time::now;

/// The finalizer of a definition whose objects are being deleted.
const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

impl Store {
    /// Registers the resource of a definition and sets the definition's status.
    ///
    /// If another resource of the group uses one of the names, the definition is not accepted until that
    /// resource is deleted.
    pub(super) fn register(&self, state: &mut State, definitions: &Served, object: &Object) {
        let mut value = object.decode();
        let definition = Definition::read(&value);
        let mut registry = Registry::clone(&self.registry());
        let now = now();
        let status = if let Some((reason, message)) = conflict(&registry, &definition) {
            definition_status::names_conflict(&value, reason, &message, &now)
        } else {
            registry.register(&definition);
            definition_status::accepted(&value, &now)
        };
        state.resize(registry.collections());
        self.set_registry(registry);
        if value["status"] != status {
            value["status"] = status;
            state.put(definitions.collection, object.key().clone(), value);
        }
    }

    /// Marks a definition as terminating, which it returns, and deletes its objects.
    pub(super) fn terminate_definition(
        &self,
        state: &mut State,
        definitions: &Served,
        object: &Arc<Object>,
    ) -> Arc<Object> {
        let mut value = object.decode();
        if mark_as_deleted(&mut value) {
            value["status"] = definition_status::terminating(&value, &now());
            add_finalizer(&mut value, CLEANUP);
        }
        let terminating = put_if_changed(state, definitions, object, &value);
        let name = &object.key().name;
        let registry = self.registry();
        if let Some(served) = registry.all().iter().find(|served| served.is_defined_by(name)) {
            for object in state.objects(served.collection) {
                self.delete_object(state, served, &object, Propagation::Background);
            }
        }
        self.finish_definition(state, definitions, name);
        terminating
    }

    /// Ends the cleanup of a terminating definition if none of its objects is left: removes its finalizer,
    /// and deletes it if that was the last one.
    pub(super) fn finish_definition(&self, state: &mut State, definitions: &Served, name: &str) {
        let key = Key::new(None, name);
        let Some(object) = state.object(definitions.collection, &key) else { return };
        let registry = self.registry();
        let served = registry.all().iter().find(|served| served.is_defined_by(name));
        let is_empty = served.is_none_or(|served| state.collections[served.collection].is_empty());
        if !is_empty || !is_terminating(&object) {
            return;
        }
        let mut value = object.decode();
        remove_finalizer(&mut value, CLEANUP);
        if has_finalizers(&value) {
            put_if_changed(state, definitions, &object, &value);
        } else {
            self.delete_definition(state, definitions, &key);
        }
    }

    /// Deletes a definition and what is left of its objects, and unregisters its resource.
    pub(super) fn delete_definition(&self, state: &mut State, definitions: &Served, key: &Key) {
        let Some(object) = state.object(definitions.collection, key) else { return };
        let definition = Definition::read(&object.decode());
        let mut registry = Registry::clone(&self.registry());
        let collection = registry.unregister(&definition.name());
        // A resource that the catalog has too stays.
        let remains = registry.collection_of(&definition.group, &definition.names.plural).is_some();
        if let Some(collection) = collection.filter(|_| !remains) {
            state.clear(collection);
        }
        self.set_registry(registry);
        state.remove(definitions.collection, key);
        self.register_conflicting(state, definitions);
    }

    /// Registers the definitions with a name conflict that are now free of conflicts.
    pub(super) fn register_conflicting(&self, state: &mut State, definitions: &Served) {
        let has_conflict = |object: &Arc<Object>| {
            let value = object.decode();
            let conditions = value["status"]["conditions"].as_array();
            conditions.is_some_and(|all| {
                all.iter().any(|c| c["type"] == "NamesAccepted" && c["status"] == "False")
            })
        };
        for object in state.objects(definitions.collection).iter().filter(|o| has_conflict(o)) {
            self.register(state, definitions, object);
        }
    }
}

/// Returns the condition's reason and message if another resource of the group uses one of the names.
fn conflict(registry: &Registry, definition: &Definition) -> Option<(&'static str, String)> {
    let names = &definition.names;
    let others = || {
        registry.all().iter().filter(|other| {
            let resource = other.resource();
            resource.group() == definition.group && resource.plural() != names.plural
        })
    };
    for other in others() {
        let short = |name: &String| other.short_names.contains(name) || other.singular == *name;
        let kind = other.resource().kind();
        let conflict = if kind == names.kind || other.list_kind() == names.kind {
            Some(("KindConflict", &names.kind))
        } else if kind == names.list_kind || other.list_kind() == names.list_kind {
            Some(("ListKindConflict", &names.list_kind))
        } else if short(&names.singular) {
            Some(("SingularConflict", &names.singular))
        } else {
            names.short.iter().find(|n| short(n)).map(|name| ("ShortNamesConflict", name))
        };
        if let Some((reason, name)) = conflict {
            return Some((reason, format!("{name:?} is already in use")));
        }
    }
    None
}
