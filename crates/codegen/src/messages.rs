//! The messages of all releases in one table, for a server of any of them.
//!
//! A field never changes its number or type, so the releases add up: what has another type has another number. What differs between them is which fields a
//! message has, the name of what a field refers to, and whether a zero may be left out of JSON.

use std::collections::BTreeMap;

use crate::error::{Failure, Result};
use crate::facts::{Facts, GroupVersionKind, Schema, Wire, WireType, Zero};
use crate::release::Release;

/// The messages of the definitions that were added.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pub(crate) messages: BTreeMap<String, Message>,
    /// The definition of each kind.
    pub(crate) kinds: BTreeMap<GroupVersionKind, String>,
}

/// The message of a definition.
#[derive(Debug, Default)]
pub(crate) struct Message {
    /// The releases that have the definition, in order.
    pub(crate) releases: Vec<Release>,
    /// By path and property. What a property refers to may get another name; each is a field of its own.
    pub(crate) fields: BTreeMap<Place, Vec<Field>>,
}

/// The numbers that lead to a field, and its property.
pub(crate) type Place = (Vec<u32>, String);

/// A field, as some releases have it.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) type_: WireType,
    /// The definition that its values refer to.
    pub(crate) reference: Option<String>,
    /// Whether Go's type is a pointer.
    pub(crate) pointer: bool,
    /// Whether JSON has a zero, in the newest of the releases.
    pub(crate) keeps_zero: bool,
    pub(crate) releases: Vec<Release>,
}

impl Messages {
    /// Adds the messages of a release, of those definitions that have one. Releases are added in order.
    ///
    /// # Errors
    ///
    /// Fails if a field is not what it was in an earlier release, or a kind has another definition.
    pub(crate) fn add(&mut self, facts: &Facts) -> Result<()> {
        let release = facts.release;
        for (definition, schema) in &facts.definitions {
            let mut wires = schema.properties.values().filter_map(|of| of.protobuf.as_ref());
            if schema.message.is_none() && wires.next().is_none() {
                continue;
            }
            for kind in &schema.kinds {
                let known = self.kinds.entry(kind.clone()).or_insert_with(|| definition.clone());
                if known != definition {
                    let GroupVersionKind { group, version, kind } = kind;
                    return Err(contradiction(format!(
                        "kind {kind} of {group}/{version} is {known} in an earlier release, but {definition} in {release}"
                    )));
                }
            }
            let message = self.messages.entry(definition.clone()).or_default();
            message.releases.push(release);
            for (property, of) in &schema.properties {
                let Some(wire) = &of.protobuf else { continue };
                let required = schema.required.contains(property);
                message
                    .add(release, property, wire, of, required)
                    .map_err(|failure| failure.within(definition))?;
            }
        }
        Ok(())
    }

    /// Checks that what a field referred to under another name has the same fields.
    ///
    /// # Errors
    ///
    /// Fails if it has not, with the names of both and of the field.
    pub(crate) fn check_references(&self) -> Result<()> {
        for (definition, message) in &self.messages {
            for ((path, property), fields) in &message.fields {
                for pair in fields.windows(2) {
                    let names = [&pair[0], &pair[1]].map(|field| field.reference.as_deref());
                    let [Some(old), Some(new)] = names else { continue };
                    if let Some(why) = self.differ(old, new) {
                        return Err(contradiction(format!(
                            "{definition}: {property}, field {path:?}, refers to {new} instead of {old}, but {why}"
                        )));
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns how two messages contradict each other, if they do.
    fn differ(&self, old: &str, new: &str) -> Option<String> {
        let (old, new) = (self.messages.get(old)?, self.messages.get(new)?);
        let of = |message: &Message| -> BTreeMap<Vec<u32>, String> {
            let fields = message.fields.iter();
            fields
                .map(|((path, name), of)| (path.clone(), format!("{name} {}", of[0].type_)))
                .collect()
        };
        let (old, new) = (of(old), of(new));
        old.iter().find_map(|(path, is)| {
            let other = new.get(path).filter(|other| *other != is)?;
            Some(format!("its field {path:?} is `{other}`, not `{is}`"))
        })
    }
}

impl Message {
    fn add(
        &mut self,
        release: Release,
        property: &str,
        wire: &Wire,
        schema: &Schema,
        required: bool,
    ) -> Result<()> {
        let before = |what: String| {
            contradiction(format!("{property} is `{wire}` in {release}, but before, {what}"))
        };
        for ((path, name), fields) in &self.fields {
            let found = &fields[0].type_;
            if *path == wire.path && name != property {
                return Err(before(format!("its number was that of {name}")));
            }
            // Of another type, it is another field, which has got another number.
            if name == property && (*path == wire.path) != (*found == wire.type_) {
                return Err(before(format!("it was field {path:?}, `{found}`")));
            }
        }
        let reference = reference(schema).map(str::to_owned);
        let place = (wire.path.clone(), property.to_owned());
        let fields = self.fields.entry(place).or_default();
        let index = fields.iter().position(|field| field.reference == reference);
        let index = index.unwrap_or_else(|| {
            fields.push(Field {
                type_: wire.type_.clone(),
                reference,
                pointer: false,
                keeps_zero: false,
                releases: Vec::new(),
            });
            fields.len() - 1
        });
        let field = &mut fields[index];
        // Of a required scalar, the facts do not say whether it is a pointer.
        field.pointer |= wire.zero == Zero::Pointer;
        field.keeps_zero = required || wire.zero.is_value();
        field.releases.push(release);
        Ok(())
    }
}

/// Returns the definition to which the values of a property refer.
fn reference(schema: &Schema) -> Option<&str> {
    let inner = schema.items.as_deref().or(schema.additional_properties.as_deref());
    schema.reference.as_deref().or_else(|| inner.and_then(reference))
}

fn contradiction(what: String) -> Failure {
    Failure::new(what).hint(
        "Kubernetes never gives a field another number or type: check the facts of both releases in spec/, and \
         fetch them again if need be",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn add(messages: &mut Messages, release: &str, definitions: &serde_json::Value) -> Result<()> {
        let facts = json!({
            "release": release, "paths": 1, "definitions": definitions, "resources": [],
        });
        messages.add(&serde_json::from_value(facts).unwrap())
    }

    fn pod(property: &str, facts: &serde_json::Value) -> serde_json::Value {
        json!({"a.Pod": {
            "properties": {property: facts},
            "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
        }})
    }

    #[test]
    fn releases_add_up() {
        let mut messages = Messages::default();
        let count = json!({"type": "integer", "format": "int32", "protobuf": "1 int32 always"});
        let name = json!({"type": "string", "protobuf": "2 string"});
        add(&mut messages, "1.17", &pod("count", &count)).unwrap();
        add(&mut messages, "1.18", &pod("name", &name)).unwrap();
        let pod = &messages.messages["a.Pod"];
        let found = pod.fields.iter().map(|((path, name), fields)| {
            let field = &fields[0];
            (path[0], name.as_str(), field.keeps_zero, field.releases[0].to_string())
        });
        let expected =
            [(1, "count", true, "1.17".to_owned()), (2, "name", false, "1.18".to_owned())];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        messages.check_references().unwrap();
        // A property may get another type, and with it another number.
        let text = json!({"type": "string", "protobuf": "3 string"});
        let add_pod = |messages: &mut Messages| add(messages, "1.19", &self::pod("count", &text));
        add_pod(&mut messages).unwrap();
        assert_eq!(messages.messages["a.Pod"].fields.len(), 3);
        let only_json = json!({"a.Other": {"properties": {"name": {"type": "string"}}}});
        add(&mut messages, "1.19", &only_json).unwrap();
        assert!(!messages.messages.contains_key("a.Other"));
    }

    #[test]
    fn contradictions_name_their_places() {
        let count = json!({"type": "integer", "format": "int32", "protobuf": "1 int32"});
        for (definitions, parts) in [
            (
                pod("count", &json!({"protobuf": "2 int32"})),
                ["a.Pod: count is `2 int32`", "it was field [1]"],
            ),
            (
                pod("count", &json!({"protobuf": "1 int64"})),
                ["a.Pod: count is `1 int64`", "`int32`"],
            ),
            (
                pod("size", &json!({"protobuf": "1 int32"})),
                ["a.Pod: size is `1 int32`", "that of count"],
            ),
            (
                json!({"b.Pod": pod("count", &count)["a.Pod"]}),
                ["kind Pod of /v1 is a.Pod", "but b.Pod in 1.18"],
            ),
        ] {
            let mut messages = Messages::default();
            add(&mut messages, "1.17", &pod("count", &count)).unwrap();
            let error = add(&mut messages, "1.18", &definitions).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{part} is not in: {error}");
            }
        }
    }

    #[test]
    fn another_name_is_for_the_same_message() {
        let definitions = |name: &str, type_: &str| {
            json!({
                "a.Pod": {"properties": {"spec": {"$ref": name, "protobuf": "1 message"}}},
                (name): {"properties": {"x": {"protobuf": type_}}},
            })
        };
        for (type_, is_same) in [("3 string", true), ("3 int32", false)] {
            let mut messages = Messages::default();
            add(&mut messages, "1.17", &definitions("a.Old", "3 string")).unwrap();
            add(&mut messages, "1.18", &definitions("a.New", type_)).unwrap();
            let checked = messages.check_references();
            assert_eq!(checked.is_ok(), is_same);
            if let Err(error) = checked {
                assert!(
                    error.to_string().contains("a.Pod: spec, field [1], refers to a.New"),
                    "{error}"
                );
            }
        }
    }
}
