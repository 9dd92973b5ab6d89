//! Serving what definitions of custom resources say, in step with the writes that change them.

use std::sync::Arc;

use super::handle::Store;
use crate::registry::{Definition, Registry, Served, definition_status};
use crate::storage::{Object, State};
use crate::support::time::now;

impl Store {
    /// Serves what a definition says from now on, and tells so in its status.
    ///
    /// A namesake in its group keeps new names from being served until that is gone.
    pub(super) fn register(&self, state: &mut State, definitions: &Served, object: &Object) {
        let mut value = object.decode();
        let said = Definition::read(&value);
        let mut registry = Registry::clone(&self.registry());
        let now = now();
        let status = if let Some((reason, message)) = conflict(&registry, &said) {
            definition_status::names_conflict(&value, reason, &message, &now)
        } else {
            registry.register(&said);
            definition_status::accepted(&value, &now)
        };
        state.make_room(registry.collections());
        self.set_registry(registry);
        if value["status"] != status {
            value["status"] = status;
            state.put(definitions.collection, object.key().clone(), value);
        }
    }

    /// Deletes the objects of a definition, which is about to be deleted itself, and serves them no
    /// more.
    pub(super) fn unregister(&self, state: &mut State, definitions: &Served, object: &Object) {
        let mut value = object.decode();
        let said = Definition::read(&value);
        let now = now();
        value["status"] = definition_status::terminating(&value, &now);
        value["metadata"]["deletionTimestamp"] = now;
        state.put(definitions.collection, object.key().clone(), value);
        let mut registry = Registry::clone(&self.registry());
        let collection = registry.unregister(&said.name());
        // What the catalogue has itself stays.
        let stays = registry.collection_of(&said.group, &said.names.plural).is_some();
        if let Some(collection) = collection.filter(|_| !stays) {
            state.clear(collection);
        }
        self.set_registry(registry);
    }

    /// Looks anew at the definitions that were waiting for names in a group.
    pub(super) fn register_conflicting(&self, state: &mut State, definitions: &Served) {
        let is_waiting = |object: &Arc<Object>| {
            let value = object.decode();
            let conditions = value["status"]["conditions"].as_array();
            conditions.is_some_and(|all| {
                all.iter().any(|c| c["type"] == "NamesAccepted" && c["status"] == "False")
            })
        };
        for object in state.objects(definitions.collection).iter().filter(|o| is_waiting(o)) {
            self.register(state, definitions, object);
        }
    }
}

/// The condition's reason and message where another resource of the group has one of the names.
fn conflict(registry: &Registry, said: &Definition) -> Option<(&'static str, String)> {
    let names = &said.names;
    let others = || {
        registry.all().iter().filter(|other| {
            let resource = other.resource();
            resource.group() == said.group && resource.plural() != names.plural
        })
    };
    for other in others() {
        let short = |name: &String| other.short_names.contains(name) || other.singular == *name;
        let kind = other.resource().kind();
        let taken = if kind == names.kind || other.list_kind() == names.kind {
            Some(("KindConflict", &names.kind))
        } else if kind == names.list_kind || other.list_kind() == names.list_kind {
            Some(("ListKindConflict", &names.list_kind))
        } else if short(&names.singular) {
            Some(("SingularConflict", &names.singular))
        } else {
            names.short.iter().find(|n| short(n)).map(|name| ("ShortNamesConflict", name))
        };
        if let Some((reason, name)) = taken {
            return Some((reason, format!("{name:?} is already in use")));
        }
    }
    None
}
