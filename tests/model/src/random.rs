//! Generates random objects of a definition.

use serde_json::{Map, Value, json};

use crate::facts::{Alternative, Facts, Object, Shape};
use crate::values::Values;

/// How an object is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every property of the definition, with distinct values.
    Full,
    /// Some properties, with edge cases as values.
    Some,
    /// Like `Some`, with `null` anywhere.
    Nulls,
    /// Like `Some`, with properties that are not in the spec.
    Unknown,
    /// No properties.
    Empty,
}

/// The objects that are generated for each type. `Some` is used twice.
pub(crate) const MODES: [Mode; 6] =
    [Mode::Full, Mode::Some, Mode::Some, Mode::Nulls, Mode::Unknown, Mode::Empty];

/// Objects deeper than this, or after so many of them, are empty, because schemas are recursive.
const MAX_DEPTH: usize = 8;
const MAX_OBJECTS: usize = 200;

/// Generates a value of a shape, the same for the same seed.
pub(crate) fn value(facts: &Facts, shape: &Shape, mode: Mode, seed: u64) -> Value {
    Generator { facts, mode, values: Values::new(seed, mode == Mode::Full), objects: 0 }
        .value(shape, 0)
}

struct Generator<'a> {
    facts: &'a Facts,
    mode: Mode,
    values: Values,
    objects: usize,
}

impl Generator<'_> {
    fn value(&mut self, shape: &Shape, depth: usize) -> Value {
        let facts = self.facts;
        match facts.resolve(shape) {
            Shape::Bool => self.values.bool(),
            Shape::Int32 => self.values.int32(),
            Shape::Int64 => self.values.int64(),
            Shape::Double => self.values.double(),
            Shape::String => self.values.text(),
            Shape::Bytes => self.values.bytes(),
            Shape::Json => self.values.json(),
            Shape::Time => self.values.time(),
            Shape::MicroTime => self.values.micro_time(),
            Shape::Quantity => self.values.quantity(),
            Shape::IntOrString => self.values.int_or_string(),
            Shape::List(items) => self.list(items, depth),
            Shape::Map(values) => {
                let entries = 0..self.length(depth);
                entries.map(|_| (self.values.key(), self.or_null(values, depth))).collect()
            }
            Shape::Object(object) => self.object(object, depth),
            Shape::SchemaOr(alternative, schema) => {
                let schema = &facts.definitions[schema];
                match (self.values.random.bool(), alternative) {
                    (true, _) => self.value(schema, depth),
                    (false, Alternative::Bool) => self.values.random.bool().into(),
                    (false, Alternative::Schemas) => self.list(schema, depth),
                    (false, Alternative::Names) => self.list(&Shape::String, depth),
                }
            }
            Shape::Definition(name) => unreachable!("{name} was resolved"),
        }
    }

    fn list(&mut self, items: &Shape, depth: usize) -> Value {
        (0..self.length(depth)).map(|_| self.or_null(items, depth)).collect()
    }

    fn length(&mut self, depth: usize) -> usize {
        match self.mode {
            Mode::Full if depth < 2 => self.values.random.usize(1..3),
            Mode::Full => 1,
            _ => self.values.random.usize(0..3),
        }
    }

    fn or_null(&mut self, shape: &Shape, depth: usize) -> Value {
        if self.mode == Mode::Nulls && self.values.chance(25) {
            Value::Null
        } else {
            self.value(shape, depth)
        }
    }

    fn object(&mut self, object: &Object, depth: usize) -> Value {
        let mut members = Map::new();
        self.objects += 1;
        let percent = match (self.mode, depth) {
            (Mode::Empty, _) | (_, MAX_DEPTH..) => return Value::Object(members),
            (Mode::Full, 0) => 100,
            _ if self.objects > MAX_OBJECTS => return Value::Object(members),
            (_, 0 | 1) => 50,
            (_, 2) => 25,
            _ => 10,
        };
        for (name, property) in &object.properties {
            if self.values.chance(percent) || (property.required && self.values.chance(80)) {
                members.insert(name.clone(), self.or_null(&property.shape, depth + 1));
            }
        }
        if self.mode == Mode::Unknown {
            self.add_unknown(object, &mut members);
        }
        Value::Object(members)
    }

    /// Adds properties that a newer server might write, some with names similar to known ones.
    fn add_unknown(&mut self, object: &Object, members: &mut Map<String, Value>) {
        let known = object.properties.keys().next().cloned().unwrap_or_default();
        for (name, value) in [
            ("aNewField".to_owned(), json!({"deep": [{"er": null}, 1e300, "\u{1d11e}"]})),
            (format!("{known}X"), self.values.json()),
            (known.to_uppercase(), Value::Null),
            (String::new(), self.values.text()),
        ] {
            if !object.properties.contains_key(&name) && self.values.chance(50) {
                members.insert(name, value);
            }
        }
    }
}
