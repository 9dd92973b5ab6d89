//! The expected output for an input, by the rules of decoding and encoding.

use serde_json::{Map, Value};

use crate::facts::{Alternative, Facts, Object, Shape};

/// Returns the expected output for a value; for `null`, the default.
pub(crate) fn expected(facts: &Facts, shape: &Shape, value: &Value) -> Value {
    if value.is_null() {
        return default(facts, shape);
    }
    match (facts.resolve(shape), value) {
        (Shape::List(items), Value::Array(values)) => {
            values.iter().map(|value| expected_element(facts, items, value)).collect()
        }
        (Shape::Map(values), Value::Object(entries)) => {
            let entries = entries.iter();
            entries
                .map(|(key, value)| (key.clone(), expected_element(facts, values, value)))
                .collect()
        }
        (Shape::Object(object), Value::Object(members)) => expected_object(facts, object, members),
        (Shape::SchemaOr(_, schema), Value::Object(_)) => {
            expected(facts, &facts.definitions[schema], value)
        }
        (Shape::SchemaOr(Alternative::Schemas, schema), Value::Array(values)) => {
            let schema = &facts.definitions[schema];
            values.iter().map(|value| expected(facts, schema, value)).collect()
        }
        (Shape::SchemaOr(Alternative::Names, _), Value::Array(values)) => {
            values.iter().map(|value| expected(facts, &Shape::String, value)).collect()
        }
        _ => value.clone(),
    }
}

/// In a list or map, Go writes the zero time as `null`.
fn expected_element(facts: &Facts, shape: &Shape, value: &Value) -> Value {
    let is_time = matches!(facts.resolve(shape), Shape::Time | Shape::MicroTime);
    if is_time && value.is_null() { Value::Null } else { expected(facts, shape, value) }
}

/// Unknown properties are dropped; absent ones are omitted unless they are required.
fn expected_object(facts: &Facts, object: &Object, members: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for (name, property) in &object.properties {
        let shape = facts.resolve(&property.shape);
        let value = members.get(name).filter(|value| !value.is_null());
        let always = name == "metadata" && object.kind;
        let is_optional_type = matches!(shape, Shape::Json | Shape::Time | Shape::MicroTime);
        let expected = match value {
            Some(value) => expected(facts, shape, value),
            None if always || (property.required && !is_optional_type) => default(facts, shape),
            None => continue,
        };
        let collection = matches!(shape, Shape::List(_) | Shape::Map(_));
        if property.required
            || !(collection
                && (expected == Value::Array(Vec::new()) || expected == Value::Object(Map::new())))
        {
            out.insert(name.clone(), expected);
        }
    }
    Value::Object(out)
}

/// Returns the expected output for a type's default.
fn default(facts: &Facts, shape: &Shape) -> Value {
    match facts.resolve(shape) {
        Shape::Bool | Shape::SchemaOr(Alternative::Bool, _) => false.into(),
        Shape::Int32 | Shape::Int64 | Shape::Double | Shape::IntOrString => 0.into(),
        Shape::String | Shape::Bytes => "".into(),
        Shape::Quantity => "0".into(),
        Shape::Json => Value::Null,
        Shape::Time => "1970-01-01T00:00:00Z".into(),
        Shape::MicroTime => "1970-01-01T00:00:00.000000Z".into(),
        Shape::List(_) | Shape::SchemaOr(..) => Value::Array(Vec::new()),
        Shape::Map(_) => Value::Object(Map::new()),
        Shape::Object(object) => expected_object(facts, object, &Map::new()),
        Shape::Definition(name) => unreachable!("{name} was resolved"),
    }
}
