//! Random objects of a definition.

use serde_json::{Map, Value, json};

use crate::facts::{Facts, Object, Shape, Simpler};
use crate::values::Values;

/// What kind of objects are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every property of the definition is there, with a value that tells it from the others.
    Full,
    /// Some properties, odd values.
    Some,
    /// As `Some`, with `null` in any place.
    Nulls,
    /// As `Some`, with properties that the spec does not know.
    Unknown,
    /// No property at all.
    Empty,
}

/// Those that are tried of each type. `Some` is worth a second try.
pub(crate) const MODES: [Mode; 6] =
    [Mode::Full, Mode::Some, Mode::Some, Mode::Nulls, Mode::Unknown, Mode::Empty];

/// From this depth on, and after so many of them, objects are empty: schemas contain schemas without
/// end.
const DEPTH: usize = 8;
const OBJECTS: usize = 200;

/// Makes a value of a shape; the same one for the same seed.
pub(crate) fn value(facts: &Facts, shape: &Shape, mode: Mode, seed: u64) -> Value {
    Maker { facts, mode, values: Values::new(seed, mode == Mode::Full), objects: 0 }.value(shape, 0)
}

struct Maker<'a> {
    facts: &'a Facts,
    mode: Mode,
    values: Values,
    objects: usize,
}

impl Maker<'_> {
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
            Shape::SchemaOr(simpler, schema) => {
                let schema = &facts.definitions[schema];
                match (self.values.random.bool(), simpler) {
                    (true, _) => self.value(schema, depth),
                    (false, Simpler::Bool) => self.values.random.bool().into(),
                    (false, Simpler::Schemas) => self.list(schema, depth),
                    (false, Simpler::Names) => self.list(&Shape::String, depth),
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
        if self.mode == Mode::Nulls && self.values.happens(25) {
            Value::Null
        } else {
            self.value(shape, depth)
        }
    }

    fn object(&mut self, object: &Object, depth: usize) -> Value {
        let mut members = Map::new();
        self.objects += 1;
        let percent = match (self.mode, depth) {
            (Mode::Empty, _) | (_, DEPTH..) => return Value::Object(members),
            (Mode::Full, 0) => 100,
            _ if self.objects > OBJECTS => return Value::Object(members),
            (_, 0 | 1) => 50,
            (_, 2) => 25,
            _ => 10,
        };
        for (name, property) in &object.properties {
            if self.values.happens(percent) || (property.required && self.values.happens(80)) {
                members.insert(name.clone(), self.or_null(&property.shape, depth + 1));
            }
        }
        if self.mode == Mode::Unknown {
            self.add_unknown(object, &mut members);
        }
        Value::Object(members)
    }

    /// Adds what a newer server might write, under names that are nearly known ones too.
    fn add_unknown(&mut self, object: &Object, members: &mut Map<String, Value>) {
        let known = object.properties.keys().next().cloned().unwrap_or_default();
        for (name, value) in [
            ("aNewField".to_owned(), json!({"deep": [{"er": null}, 1e300, "\u{1d11e}"]})),
            (format!("{known}X"), self.values.json()),
            (known.to_uppercase(), Value::Null),
            (String::new(), self.values.text()),
        ] {
            if !object.properties.contains_key(&name) && self.values.happens(50) {
                members.insert(name, value);
            }
        }
    }
}
