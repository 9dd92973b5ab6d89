//! How the lists of each type are matched, and where quantities and times are, of all releases in one table.
//!
//! Of each property, the newest release that has it decides: later facts refine earlier ones. (In 1.30, most lists with a
//! merge key got a list type; `devices` of a `ResourceClaim` got a fourth key in 1.34.)

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, GroupVersionKind, Schema};

/// What of the definitions that were added matters for comparing objects.
#[derive(Debug, Default)]
pub(crate) struct ListKeys {
    /// The properties of each definition, as in the newest release that has them.
    definitions: BTreeMap<String, BTreeMap<String, Schema>>,
    /// The definition of each kind.
    pub(crate) kinds: BTreeMap<GroupVersionKind, String>,
}

/// What the values of a property are, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Quantity,
    Time,
    /// A definition that has such properties.
    Object(String),
    Map(Box<Shape>),
    List(Items, Option<Box<Shape>>),
}

/// How the items of a list are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Items {
    /// By the values of these properties.
    ByKeys(Vec<String>),
    /// By their values.
    Set,
    /// No release says it.
    Unkeyed,
}

impl ListKeys {
    /// Adds the definitions of a release. Releases are added in order.
    pub(crate) fn add(&mut self, facts: &Facts) {
        for (definition, schema) in &facts.definitions {
            let properties = self.definitions.entry(definition.clone()).or_default();
            for (name, property) in &schema.properties {
                properties.insert(name.clone(), property.clone());
            }
            for kind in &schema.kinds {
                self.kinds.insert(kind.clone(), definition.clone());
            }
        }
    }

    /// Returns the definitions with the properties that matter, sorted.
    pub(crate) fn types(&self) -> BTreeMap<&str, BTreeMap<&str, Shape>> {
        let relevant = self.relevant();
        let shapes = |properties: &'_ BTreeMap<String, Schema>| {
            let shapes = properties.iter().map(|(name, of)| (name, shape(of, &relevant)));
            shapes.filter_map(|(name, shape)| Some((name.clone(), shape?))).collect::<Vec<_>>()
        };
        let mut types = BTreeMap::new();
        for (definition, properties) in &self.definitions {
            if !relevant.contains(definition.as_str()) {
                continue;
            }
            let known = shapes(properties).into_iter();
            let by_name = known.filter_map(|(name, shape)| {
                let (name, _) = properties.get_key_value(&name)?;
                Some((name.as_str(), shape))
            });
            types.insert(definition.as_str(), by_name.collect());
        }
        types
    }

    /// Returns the definitions from which a list with keys, a set, a quantity or a time is reached.
    fn relevant(&self) -> BTreeSet<&str> {
        let mut relevant = BTreeSet::new();
        loop {
            let matters = |properties: &BTreeMap<String, Schema>| {
                properties.values().any(|property| shape(property, &relevant).is_some())
            };
            let found: BTreeSet<&str> = self
                .definitions
                .iter()
                .filter(|(_, properties)| matters(properties))
                .map(|(definition, _)| definition.as_str())
                .collect();
            if found.len() == relevant.len() {
                return found;
            }
            relevant = found;
        }
    }
}

/// Returns the shape of a property, if it matters.
fn shape(schema: &Schema, relevant: &BTreeSet<&str>) -> Option<Shape> {
    if let Some(definition) = &schema.reference {
        return match definition.rsplit_once('.') {
            Some((package, "Time" | "MicroTime")) if package.ends_with(".meta.v1") => {
                Some(Shape::Time)
            }
            Some((package, "Quantity")) if package.ends_with(".resource") => Some(Shape::Quantity),
            _ => relevant.contains(definition.as_str()).then(|| Shape::Object(definition.clone())),
        };
    }
    if let Some(values) = &schema.additional_properties {
        return Some(Shape::Map(Box::new(shape(values, relevant)?)));
    }
    let values = schema.items.as_deref().and_then(|items| shape(items, relevant));
    let items = match (schema.list_type.as_deref(), &schema.patch_merge_key) {
        _ if schema.type_.as_deref() != Some("array") => return None,
        (Some("map"), _) if !schema.list_map_keys.is_empty() => {
            Items::ByKeys(schema.list_map_keys.clone())
        }
        // A list may be atomic for server-side apply and yet have a key for patches, as a Job's conditions.
        (_, Some(key)) => Items::ByKeys(vec![key.clone()]),
        (Some("set"), None) => Items::Set,
        (_, None) if schema.patch_strategy.as_deref() == Some("merge") => Items::Set,
        _ if values.is_none() => return None,
        _ => Items::Unkeyed,
    };
    Some(Shape::List(items, values.map(Box::new)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn add(keys: &mut ListKeys, release: &str, definitions: &Value) {
        let facts = json!({
            "release": release, "paths": 1, "definitions": definitions, "resources": [],
        });
        keys.add(&serde_json::from_value(facts).unwrap());
    }

    fn list(facts: &Value) -> Option<Shape> {
        let mut property = json!({"type": "array", "items": {"type": "string"}});
        let members = facts.as_object().unwrap().clone();
        property.as_object_mut().unwrap().extend(members);
        let mut keys = ListKeys::default();
        add(&mut keys, "1.17", &json!({"a.A": {"properties": {"list": property}}}));
        keys.types().get("a.A").map(|properties| properties["list"].clone())
    }

    #[test]
    fn list_map_keys_come_before_the_merge_key() {
        let by = |keys: &[&str]| {
            let keys = keys.iter().map(|key| (*key).to_owned()).collect();
            Some(Shape::List(Items::ByKeys(keys), None))
        };
        for (facts, expected) in [
            (json!({"x-kubernetes-patch-merge-key": "port"}), by(&["port"])),
            (
                json!({
                    "x-kubernetes-patch-merge-key": "port",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["port", "protocol"],
                }),
                by(&["port", "protocol"]),
            ),
            (
                json!({"x-kubernetes-patch-merge-key": "type", "x-kubernetes-list-type": "atomic"}),
                by(&["type"]),
            ),
            (json!({"x-kubernetes-list-type": "set"}), Some(Shape::List(Items::Set, None))),
            (json!({"x-kubernetes-patch-strategy": "merge"}), Some(Shape::List(Items::Set, None))),
            (json!({"x-kubernetes-list-type": "atomic"}), None),
            (json!({}), None),
        ] {
            assert_eq!(list(&facts), expected, "{facts}");
        }
    }

    #[test]
    fn newest_release_with_a_property_decides() {
        let definitions = |key: &str, other: &str| {
            json!({"a.A": {"properties": {
                "list": {"type": "array", "x-kubernetes-patch-merge-key": key},
                (other): {"type": "array", "x-kubernetes-list-type": "set"},
            }}})
        };
        let mut keys = ListKeys::default();
        add(&mut keys, "1.17", &definitions("name", "gone"));
        add(&mut keys, "1.18", &definitions("id", "new"));
        let types = keys.types();
        let names: Vec<_> = types["a.A"].keys().copied().collect();
        assert_eq!(names, ["gone", "list", "new"]);
        let by_id = Items::ByKeys(vec!["id".to_owned()]);
        assert_eq!(types["a.A"]["list"], Shape::List(by_id, None));
    }

    #[test]
    fn only_what_leads_to_something_is_kept() {
        let to = |definition: &str| json!({"$ref": definition});
        let mut keys = ListKeys::default();
        let definitions = json!({
            "a.Root": {"properties": {
                "loop": to("a.Root"), "plain": to("a.Plain"), "list": {"type": "array", "items": to("a.Leaf")},
                "map": {"type": "object", "additionalProperties": to("io.k8s.apimachinery.pkg.api.resource.Quantity")},
            }},
            "a.Plain": {"properties": {"loop": to("a.Plain"), "name": {"type": "string"}}},
            "a.Leaf": {"properties": {"time": to("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime")}},
        });
        add(&mut keys, "1.17", &definitions);
        let types = keys.types();
        assert_eq!(types.keys().copied().collect::<Vec<_>>(), ["a.Leaf", "a.Root"]);
        assert_eq!(types["a.Leaf"]["time"], Shape::Time);
        let object = |name: &str| Shape::Object(name.to_owned());
        let expected = [
            ("list", Shape::List(Items::Unkeyed, Some(Box::new(object("a.Leaf"))))),
            ("loop", object("a.Root")),
            ("map", Shape::Map(Box::new(Shape::Quantity))),
        ];
        assert_eq!(types["a.Root"], BTreeMap::from(expected));
    }
}
