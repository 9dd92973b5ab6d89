//! Puts the facts of messages beside the properties that they encode.
//!
//! JSON inlines some messages that protobuf nests, such as a Volume's source. Which ones follows from the names: a
//! field that no property stands for, but whose message has fields that properties stand for, is inlined.

use std::collections::{BTreeMap, BTreeSet};

use super::message_of;
use super::read::{Field, Messages};
use crate::error::{Failure, Result};
use crate::facts::{Schema, Wire, WireType};

/// Adds the facts of `messages` to the definitions that have a message.
///
/// # Errors
///
/// Fails if two fields stand for one property.
pub(crate) fn join(definitions: &mut BTreeMap<String, Schema>, messages: &Messages) -> Result<()> {
    let definition_of = definitions
        .keys()
        .filter_map(|definition| Some((message_of(definition)?, definition.clone())))
        .collect();
    for (definition, schema) in definitions {
        let Some(message) = message_of(definition).filter(|name| messages.contains_key(name))
        else {
            continue;
        };
        let join = Join { messages, properties: &schema.properties, definition_of: &definition_of };
        let at = At { path: Vec::new(), names: String::new(), within: vec![&message] };
        let place = || format!("definition {definition}");
        let joined = join.message(&at, &BTreeSet::new()).map_err(|f| f.within(place()))?;
        let Joined { found, rest } = joined.unwrap_or_default();
        // Where a property has a number, there is a message.
        schema.message = (!rest.is_empty() || found.is_empty()).then_some(rest);
        for (property, wire) in found {
            if let Some(property) = schema.properties.get_mut(&property) {
                property.protobuf = Some(wire);
            }
        }
    }
    Ok(())
}

/// One definition, and what it is joined with.
struct Join<'a> {
    messages: &'a Messages,
    properties: &'a BTreeMap<String, Schema>,
    definition_of: &'a BTreeMap<String, String>,
}

/// A message, and how it is reached from that of the definition.
struct At<'a> {
    path: Vec<u32>,
    /// The names of the fields on the way, each followed by a dot.
    names: String,
    /// The messages on the way; the last is this one.
    within: Vec<&'a str>,
}

#[derive(Default)]
struct Joined {
    /// By property.
    found: BTreeMap<String, Wire>,
    /// The fields that no property stands for, by name.
    rest: BTreeMap<String, Wire>,
}

impl<'a> Join<'a> {
    /// Joins the fields of a message with the properties, except those that messages around it have `taken`.
    /// Returns `None` if it is not a message that JSON inlines.
    fn message(&self, at: &At<'a>, taken: &BTreeSet<&str>) -> Result<Option<Joined>> {
        let fields = at.within.last().and_then(|message| self.messages.get(*message));
        let mut joined = Joined::default();
        let mut without = Vec::new();
        for field in fields.into_iter().flatten() {
            let Some((property, schema)) = self.property(&field.name) else {
                without.push(field);
                continue;
            };
            if taken.contains(property) {
                return Ok(None);
            }
            let type_ = self.relative(&field.type_, schema);
            joined.add(property, Wire { path: at.path_of(field), type_ })?;
        }
        let mut taken = taken.clone();
        let direct: Vec<String> = joined.found.keys().cloned().collect();
        taken.extend(direct.iter().map(String::as_str));
        for field in without {
            let inlined = match &field.type_ {
                WireType::Message(Some(target)) if !at.within.contains(&target.as_str()) => {
                    self.message(&at.inner(field, target), &taken)?
                }
                _ => None,
            };
            if let Some(inlined) = inlined.filter(|inlined| !inlined.found.is_empty()) {
                joined.rest.extend(inlined.rest);
                inlined.found.into_iter().try_for_each(|(name, wire)| joined.add(&name, wire))?;
            } else {
                let wire = Wire { path: at.path_of(field), type_: self.absolute(&field.type_) };
                joined.rest.insert(format!("{}{}", at.names, field.name), wire);
            }
        }
        Ok(Some(joined))
    }

    /// Returns the property that a field stands for. A name in protobuf has no punctuation, and may differ in case.
    fn property(&self, field: &str) -> Option<(&'a str, &'a Schema)> {
        if let Some((name, schema)) = self.properties.get_key_value(field) {
            return Some((name, schema));
        }
        let folded = fold(field);
        let mut found = self.properties.iter().filter(|(name, _)| fold(name) == folded);
        let (name, schema) = found.next()?;
        found.next().is_none().then_some((name.as_str(), schema))
    }

    /// Returns the type as a property of this schema has it.
    fn relative(&self, type_: &WireType, schema: &Schema) -> WireType {
        let inner = |type_: &WireType, schema: &Option<Box<Schema>>| {
            Box::new(match schema {
                Some(schema) => self.relative(type_, schema),
                None => self.absolute(type_),
            })
        };
        match type_ {
            WireType::Scalar(_) | WireType::Message(None) | WireType::Wrapped(..) => type_.clone(),
            WireType::Repeated { items, packed } => {
                WireType::Repeated { items: inner(items, &schema.items), packed: *packed }
            }
            WireType::Map { key, values } => {
                WireType::Map { key: *key, values: inner(values, &schema.additional_properties) }
            }
            WireType::Message(Some(name)) => match &schema.reference {
                Some(target) if message_of(target).as_ref() == Some(name) => {
                    WireType::Message(None)
                }
                None => self.wrapped(name, schema).unwrap_or_else(|| self.absolute(type_)),
                Some(_) => self.absolute(type_),
            },
        }
    }

    /// Returns the type of a property without a definition, which is the only field of a message.
    fn wrapped(&self, message: &str, schema: &Schema) -> Option<WireType> {
        let [field] = self.messages.get(message)?.as_slice() else { return None };
        let is_message = matches!(field.type_, WireType::Message(_));
        (!is_message)
            .then(|| WireType::Wrapped(field.number, Box::new(self.relative(&field.type_, schema))))
    }

    /// Returns the type with messages named by their definitions.
    fn absolute(&self, type_: &WireType) -> WireType {
        match type_ {
            WireType::Message(Some(name)) => {
                WireType::Message(Some(self.definition_of.get(name).unwrap_or(name).clone()))
            }
            WireType::Repeated { items, packed } => {
                WireType::Repeated { items: Box::new(self.absolute(items)), packed: *packed }
            }
            WireType::Map { key, values } => {
                WireType::Map { key: *key, values: Box::new(self.absolute(values)) }
            }
            other => other.clone(),
        }
    }
}

impl<'a> At<'a> {
    fn path_of(&self, field: &Field) -> Vec<u32> {
        [&self.path[..], &[field.number]].concat()
    }

    fn inner(&self, field: &Field, target: &'a str) -> Self {
        Self {
            path: self.path_of(field),
            names: format!("{}{}.", self.names, field.name),
            within: [&self.within[..], &[target]].concat(),
        }
    }
}

impl Joined {
    fn add(&mut self, property: &str, wire: Wire) -> Result<()> {
        if let Some(other) = self.found.get(property) {
            return Err(Failure::new(format!(
                "two fields of its message stand for property {property}: `{other}` and `{wire}`"
            ))
            .hint("tell them apart in crates/codegen/src/protobuf/join.rs"));
        }
        self.found.insert(property.to_owned(), wire);
        Ok(())
    }
}

fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
