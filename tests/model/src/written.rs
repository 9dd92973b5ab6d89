//! What must be written for what was read: the rules of decoding and encoding, told by the facts.

use serde_json::{Map, Value};

use crate::facts::{Facts, Object, Shape, Simpler};

/// What is to be written for a value. Where it is `null`, that is the default.
pub(crate) fn written(facts: &Facts, shape: &Shape, value: &Value) -> Value {
    if value.is_null() {
        return default(facts, shape);
    }
    match (facts.resolve(shape), value) {
        (Shape::List(items), Value::Array(values)) => {
            values.iter().map(|value| written(facts, items, value)).collect()
        }
        (Shape::Map(values), Value::Object(entries)) => {
            let entries = entries.iter();
            entries.map(|(key, value)| (key.clone(), written(facts, values, value))).collect()
        }
        (Shape::Object(object), Value::Object(members)) => written_object(facts, object, members),
        (Shape::SchemaOr(_, schema), Value::Object(_)) => {
            written(facts, &facts.definitions[schema], value)
        }
        (Shape::SchemaOr(Simpler::Schemas, schema), Value::Array(values)) => {
            let schema = &facts.definitions[schema];
            values.iter().map(|value| written(facts, schema, value)).collect()
        }
        (Shape::SchemaOr(Simpler::Names, _), Value::Array(values)) => {
            values.iter().map(|value| written(facts, &Shape::String, value)).collect()
        }
        _ => value.clone(),
    }
}

/// Properties that the spec does not know are gone; what is absent is left out, unless it is required.
fn written_object(facts: &Facts, object: &Object, members: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (name, property) in &object.properties {
        let shape = facts.resolve(&property.shape);
        let value = members.get(name).filter(|value| !value.is_null());
        let always = name == "metadata" && object.kind;
        let says_so_itself = matches!(shape, Shape::Json | Shape::Time | Shape::MicroTime);
        let written = match value {
            Some(value) => written(facts, shape, value),
            None if always || (property.required && !says_so_itself) => default(facts, shape),
            None => continue,
        };
        let collection = matches!(shape, Shape::List(_) | Shape::Map(_));
        if property.required
            || !(collection
                && (written == Value::Array(Vec::new()) || written == Value::Object(Map::new())))
        {
            out.insert(name.clone(), written);
        }
    }
    Value::Object(out)
}

/// What a type is by default, written.
fn default(facts: &Facts, shape: &Shape) -> Value {
    match facts.resolve(shape) {
        Shape::Bool | Shape::SchemaOr(Simpler::Bool, _) => false.into(),
        Shape::Int32 | Shape::Int64 | Shape::Double | Shape::IntOrString => 0.into(),
        Shape::String | Shape::Bytes | Shape::Quantity => "".into(),
        Shape::Json => Value::Null,
        Shape::Time => "1970-01-01T00:00:00Z".into(),
        Shape::MicroTime => "1970-01-01T00:00:00.000000Z".into(),
        Shape::List(_) | Shape::SchemaOr(..) => Value::Array(Vec::new()),
        Shape::Map(_) => Value::Object(Map::new()),
        Shape::Object(object) => written_object(facts, object, &Map::new()),
        Shape::Definition(name) => unreachable!("{name} was resolved"),
    }
}
