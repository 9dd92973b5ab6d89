//! What a recording of KWOK says: the objects at its beginning, and what happens to them.

use std::collections::BTreeMap;

use serde_json::Value;
use watch_runtime::EventType;
use watchable_core::ResourceInfo;

use super::clean::clean;
use super::document::{API_VERSION, KIND, Method, ResourcePatch};
use super::error::KwokError;
use super::patch;
use super::resources::{OwnGroups, Resources};

/// What a text says.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) resources: Vec<ResourceInfo>,
    pub(super) snapshot: Vec<Object>,
    pub(super) changes: Vec<Change>,
}

#[derive(Debug)]
pub(super) struct Object {
    /// The place of its resource.
    pub(super) resource: usize,
    pub(super) key: Key,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) struct Change {
    /// Since the snapshot.
    pub(super) nanoseconds: u64,
    pub(super) etype: EventType,
    /// The object after the change, or before it was deleted.
    pub(super) object: Object,
}

/// Namespace and name.
pub(super) type Key = (String, String);

impl Timeline {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// If a document is malformed, or cannot be applied.
    pub(super) fn read(text: &str) -> Result<Self, KwokError> {
        let mut timeline = Self::default();
        let (mut resources, mut patches) = (Resources::new(), Vec::new());
        let mut line = 1;
        for document in embedded_apiserver::__private::documents(text) {
            let (at, object) = document.map_err(|reason| {
                KwokError::document(line, format!("this is no YAML that can be read: {reason}"))
            })?;
            line = at;
            let fault = |reason: String| KwokError::document(at, reason);
            if object["kind"] == KIND {
                if object["apiVersion"] != API_VERSION {
                    return Err(fault(format!(
                        "a {KIND} of the version {} is not known; record it with a kwokctl that writes {API_VERSION}",
                        object["apiVersion"]
                    )));
                }
                let patch: ResourcePatch = serde_json::from_value(object)
                    .map_err(|error| fault(format!("this is no {KIND}: {error}")))?;
                patches.push((at, patch));
            } else if patches.is_empty() {
                resources.define(&object);
                timeline.object(&resources, object).map_err(fault)?;
            } else {
                return Err(fault(
                    "an object of the snapshot stands after a change; put it before all of them"
                        .to_owned(),
                ));
            }
        }
        if timeline.snapshot.is_empty() && patches.is_empty() {
            return Err(KwokError::nothing("there is no object, and no ResourcePatch"));
        }
        // They need not be in order; those of the same time are.
        patches.sort_by_key(|(_, patch)| patch.duration_nanosecond);
        timeline.apply(&mut resources, patches)?;
        Ok(timeline)
    }

    fn object(&mut self, resources: &Resources, mut object: Value) -> Result<(), String> {
        let resource = resources.of_object(&object)?;
        let key = key_of(&object).ok_or("the object has no name")?;
        clean(&mut object);
        let resource = self.place(&resource);
        self.snapshot.push(Object { resource, key, value: object });
        Ok(())
    }

    /// Returns the place of a resource.
    fn place(&mut self, resource: &ResourceInfo) -> usize {
        let known = self.resources.iter().position(|known| known == resource);
        known.unwrap_or_else(|| {
            self.resources.push(resource.clone());
            self.resources.len() - 1
        })
    }

    fn apply(
        &mut self,
        resources: &mut Resources,
        patches: Vec<(usize, ResourcePatch)>,
    ) -> Result<(), KwokError> {
        let groups = OwnGroups::new();
        let mut present: BTreeMap<(usize, Key), Value> = BTreeMap::new();
        for Object { resource, key, value } in &self.snapshot {
            present.insert((*resource, key.clone()), value.clone());
        }
        for (line, patch) in patches {
            let fault = |reason: String| KwokError::document(line, reason);
            let resource = resources.of_patch(&patch).map_err(fault)?;
            let place = self.place(&resource);
            let key = (patch.target.namespace, patch.target.name);
            let named = || format!("{} {}", resource.plural(), named(&key));
            let slot = (place, key.clone());
            let template = |template: Option<Value>| {
                template.ok_or_else(|| fault(format!("what changes {} has no template", named())))
            };
            let (etype, object) = match (patch.method, present.remove(&slot)) {
                (Method::Delete, Some(object)) => (EventType::Deleted, object),
                (Method::Create, before) => {
                    let mut object = template(patch.template)?;
                    if key_of(&object).as_ref() != Some(&key) {
                        return Err(fault(format!(
                            "the template of {} is an object of another name or namespace",
                            named()
                        )));
                    }
                    clean(&mut object);
                    if resources.of_object(&object).is_ok_and(|kind| kind != resource) {
                        return Err(fault(format!("the template of {} has another kind", named())));
                    }
                    let is_new = before.is_none();
                    (if is_new { EventType::Added } else { EventType::Modified }, object)
                }
                (Method::Patch, Some(mut object)) => {
                    let template = template(patch.template)?;
                    patch::apply(&mut object, template, groups.patch_type(&resource))
                        .map_err(|reason| fault(format!("the patch of {}: {reason}", named())))?;
                    if key_of(&object).as_ref() != Some(&key) {
                        return Err(fault(format!("the patch of {} renames it", named())));
                    }
                    clean(&mut object);
                    (EventType::Modified, object)
                }
                (Method::Patch | Method::Delete, None) => {
                    return Err(fault(format!(
                        "{} is changed, and does not exist then; it is created nowhere before",
                        named()
                    )));
                }
            };
            if etype != EventType::Deleted {
                present.insert(slot, object.clone());
            }
            let nanoseconds = patch.duration_nanosecond;
            let object = Object { resource: place, key, value: object };
            self.changes.push(Change { nanoseconds, etype, object });
        }
        Ok(())
    }
}

/// Returns the key of an object; `None` if it has no name.
pub(super) fn key_of(object: &Value) -> Option<Key> {
    let metadata = object.get("metadata")?;
    let name = metadata.get("name")?.as_str().filter(|name| !name.is_empty())?;
    let namespace = metadata.get("namespace").and_then(Value::as_str).unwrap_or_default();
    Some((namespace.to_owned(), name.to_owned()))
}

fn named((namespace, name): &Key) -> String {
    if namespace.is_empty() { name.clone() } else { format!("{namespace}/{name}") }
}
