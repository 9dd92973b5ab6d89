//! Compares the facts of two releases.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::renames::{Definitions, Renames, follow, renames};
use super::report::{
    Change, ChangedField, ChangedType, Diff, Field, FieldName, Renamed, Watchable,
};
use crate::error::{Failure, Result};
use crate::facts::{Facts, GroupVersionKind, Resource, Schema, Scope};

pub(super) fn compare(from: &Facts, to: &Facts) -> Result<Diff> {
    let renames = renames(&from.definitions, &to.definitions);
    let successors: BTreeSet<&str> = renames.values().copied().collect();
    let only = |these: &Definitions, others: &Definitions| -> Vec<String> {
        let renamed = |name: &str| renames.contains_key(name) || successors.contains(name);
        let names = these.keys().filter(|name| !others.contains_key(*name) && !renamed(name));
        names.cloned().collect()
    };
    let mut diff = Diff {
        from: from.release,
        to: to.release,
        types_added: only(&to.definitions, &from.definitions),
        types_removed: only(&from.definitions, &to.definitions),
        types_renamed: renames.iter().map(|(from, to)| renamed(from, to)).collect(),
        types_changed: Vec::new(),
        fields_added: Vec::new(),
        fields_removed: Vec::new(),
        fields_changed: Vec::new(),
        watchables_added: watchables(to, from),
        watchables_removed: watchables(from, to),
    };
    for (definition, old) in &from.definitions {
        if let Some(new) = to.definitions.get(definition) {
            let pair = Pair { definition, old, new, renames: &renames };
            let changes = pair.changes()?;
            if !changes.is_empty() {
                diff.types_changed.push(ChangedType { definition: definition.clone(), changes });
            }
            diff.fields_added.extend(fields_of(definition, new, old));
            diff.fields_removed.extend(fields_of(definition, old, new));
            for (field, old, new) in pair.common_fields() {
                pair.field(field, old, new, &mut diff)?;
            }
        }
    }
    Ok(diff)
}

fn renamed(from: &str, to: &str) -> Renamed {
    Renamed { from: from.to_owned(), to: to.to_owned(), fields: Vec::new() }
}

/// A definition that both releases have.
struct Pair<'a> {
    definition: &'a str,
    old: &'a Schema,
    new: &'a Schema,
    renames: &'a Renames<'a>,
}

impl<'a> Pair<'a> {
    /// Returns the changes of the definition itself.
    fn changes(&self) -> Result<Vec<Change>> {
        let alone = |schema: &Schema| Schema {
            // Fields and kinds are compared separately.
            properties: BTreeMap::new(),
            required: Vec::new(),
            kinds: Vec::new(),
            type_: schema
                .type_
                .clone()
                .or_else(|| (!schema.properties.is_empty()).then(|| "object".to_owned())),
            ..schema.clone()
        };
        let mut changes = changes(&alone(self.old), &alone(self.new))?;
        let kinds = |these: &Schema, others: &Schema| -> Vec<Value> {
            let own = these.kinds.iter().filter(|kind| !others.kinds.contains(kind));
            own.map(|kind| Value::from(name_of(kind))).collect()
        };
        let change = |from, to| Change { what: "kind".to_owned(), from, to };
        changes.extend(
            kinds(self.old, self.new).into_iter().map(|removed| change(removed, Value::Null)),
        );
        changes
            .extend(kinds(self.new, self.old).into_iter().map(|added| change(Value::Null, added)));
        Ok(changes)
    }

    fn common_fields(&self) -> impl Iterator<Item = (&'a str, &'a Schema, &'a Schema)> {
        let new = &self.new.properties;
        let old = self.old.properties.iter();
        old.filter_map(move |(name, old)| Some((name.as_str(), old, new.get(name)?)))
    }

    fn field(&self, field: &str, old: &Schema, new: &Schema, diff: &mut Diff) -> Result<()> {
        let definition = self.definition.to_owned();
        let mut followed = old.clone();
        follow(&mut followed, &|name| self.renames.get(name).copied());
        let mut changes = changes(&followed, new)?;
        // Report the old name of a renamed type.
        for change in changes.iter_mut().filter(|change| change.what == TYPE) {
            change.from = Value::from(readable_type(old));
        }
        if readable_type(old) != readable_type(new)
            && readable_type(&followed) == readable_type(new)
            && let Some(target) = reference(old)
        {
            for renamed in diff.types_renamed.iter_mut().filter(|renamed| renamed.from == target) {
                let field = FieldName { definition: definition.clone(), field: field.to_owned() };
                renamed.fields.push(field);
            }
        }
        let required = |schema: &Schema| schema.required.iter().any(|name| name == field);
        let (before, after) = (required(self.old), required(self.new));
        if before != after {
            let what = "required".to_owned();
            changes.push(Change { what, from: before.into(), to: after.into() });
        }
        if !changes.is_empty() {
            let field = field.to_owned();
            diff.fields_changed.push(ChangedField { definition, field, changes });
        }
        Ok(())
    }
}

const TYPE: &str = "type";

/// Returns the differences of two schemas: the readable type, and all other keywords.
fn changes(old: &Schema, new: &Schema) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut compare = |what: &str, from: Value, to: Value| {
        if from != to {
            changes.push(Change { what: what.to_owned(), from, to });
        }
    };
    compare(TYPE, readable_type(old).into(), readable_type(new).into());
    let (old, new) = (keywords(old)?, keywords(new)?);
    let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for keyword in all {
        let value = |of: &Map<String, Value>| of.get(keyword).cloned().unwrap_or_default();
        compare(keyword, value(&old), value(&new));
    }
    Ok(changes)
}

/// Returns the keywords of a schema except its type; those of its items are prefixed with `items.`.
fn keywords(schema: &Schema) -> Result<Map<String, Value>> {
    let value = serde_json::to_value(schema)
        .map_err(|error| Failure::new(format!("cannot encode a schema: {error}")))?;
    let mut keywords = Map::new();
    collect(&value, "", &mut keywords);
    Ok(keywords)
}

fn collect(schema: &Value, before: &str, keywords: &mut Map<String, Value>) {
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "$ref" | "type" | "format" => {}
            "items" | "additionalProperties" => {
                collect(value, &format!("{before}items."), keywords);
            }
            _ => {
                keywords.insert(format!("{before}{keyword}"), value.clone());
            }
        }
    }
}

/// Returns `string`, `integer (int32)`, `array of map of io.k8s.api.core.v1.Pod` …
pub(super) fn readable_type(schema: &Schema) -> String {
    if let Some(reference) = &schema.reference {
        return reference.clone();
    }
    if let Some(items) = &schema.items {
        return format!("array of {}", readable_type(items));
    }
    if let Some(values) = &schema.additional_properties {
        return format!("map of {}", readable_type(values));
    }
    let type_ = schema.type_.as_deref().unwrap_or("any");
    match &schema.format {
        Some(format) => format!("{type_} ({format})"),
        None => type_.to_owned(),
    }
}

/// Returns the definition that a field's type refers to.
fn reference(schema: &Schema) -> Option<&str> {
    let inner = schema.items.as_deref().or(schema.additional_properties.as_deref());
    schema.reference.as_deref().or_else(|| inner.and_then(reference))
}

fn fields_of(definition: &str, these: &Schema, others: &Schema) -> Vec<Field> {
    let own = these.properties.iter().filter(|(name, _)| !others.properties.contains_key(*name));
    let field = |(name, schema): (&String, &Schema)| Field {
        definition: definition.to_owned(),
        field: name.clone(),
        type_: readable_type(schema),
        required: these.required.contains(name),
    };
    own.map(field).collect()
}

/// Returns the resources that can be watched in `these` but not in `others`, in the facts' order.
fn watchables(these: &Facts, others: &Facts) -> Vec<Watchable> {
    let key = |resource: &Resource| {
        let Resource { group, version, plural, kind, .. } = resource.clone();
        (group, version, plural, kind)
    };
    let others: BTreeMap<_, _> = others.resources.iter().map(|r| (key(r), &r.watch)).collect();
    let mut found = Vec::new();
    for resource in &these.resources {
        let other = others.get(&key(resource));
        let lacks = |scope: &Scope| other.is_none_or(|watch| !watch.contains(scope));
        let scopes: Vec<_> =
            resource.watch.iter().filter(|scope| lacks(scope)).map(|s| name_of_scope(*s)).collect();
        let Some(kind) = resource.kind.as_ref().filter(|_| !scopes.is_empty()) else { continue };
        let named = GroupVersionKind {
            group: resource.group.clone(),
            version: resource.version.clone(),
            kind: kind.clone(),
        };
        let mut definitions = these.definitions.iter();
        let definition = definitions.find(|(_, schema)| schema.kinds.contains(&named));
        found.push(Watchable {
            group: named.group,
            version: named.version,
            kind: named.kind,
            plural: resource.plural.clone(),
            scopes,
            definition: definition.map(|(name, _)| name.clone()),
        });
    }
    found
}

fn name_of_scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Cluster => "cluster-wide",
        Scope::Namespaced => "namespaced",
    }
}

fn name_of(kind: &GroupVersionKind) -> String {
    let GroupVersionKind { group, version, kind } = kind;
    if group.is_empty() { format!("{version} {kind}") } else { format!("{group}/{version} {kind}") }
}
