//! Lowers the facts to the model of the crate.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Body, Field, Home, Model, Shape, Type, api_groups, cycles, features, numbers, scalars, shapes,
    views, wiring, workarounds,
};
use crate::error::{Failure, Result};
use crate::facts::{Facts, Schema};
use crate::names;

/// Type names that would shadow names that generated code uses.
const RESERVED: [&str; 5] = ["Box", "Default", "Option", "String", "Vec"];

/// Builds the model. Anything unsupported is an error, never omitted.
pub(crate) fn lower(mut facts: Facts, tag: &str) -> Result<Model> {
    workarounds::correct(facts.release, &mut facts.definitions)?;
    workarounds::correct_resources(facts.release, &mut facts.resources);
    let mut types = BTreeMap::new();
    let mut homes = BTreeMap::new();
    for (definition, schema) in &facts.definitions {
        let lowered = type_of(definition, schema)
            .map_err(|f| f.within(format!("definition {definition}")))?;
        let path = format!("{}::{}", lowered.home.module(), lowered.home.name);
        if let Some(other) = homes.insert(path.clone(), definition) {
            return Err(Failure::new(format!(
                "definitions {other} and {definition} would both be {path}"
            )));
        }
        types.insert(definition.clone(), lowered);
    }
    check_references(&types)?;
    make_times_optional(&mut types);
    cycles::box_cycles(&mut types)?;
    let wirings = wiring::wire(&facts.resources, &types)?;
    let views = views::views(&types, &wirings);
    let features = features::features(&types)?;
    let groups = api_groups(types.values().map(|type_| (&type_.home, &type_.kinds[..])));
    let (release, tag) = (facts.release, tag.to_owned());
    Ok(Model { release, tag, groups, types, wirings, features, views })
}

fn type_of(definition: &str, schema: &Schema) -> Result<Type> {
    let home = Home::of(definition)?;
    if RESERVED.contains(&home.name.as_str()) {
        return Err(Failure::new(format!("the name {} shadows one of Rust's prelude", home.name)));
    }
    Ok(Type {
        home,
        kinds: schema.kinds.clone(),
        body: body(definition, schema)?,
        releases: None,
        description: Vec::new(),
    })
}

fn body(definition: &str, schema: &Schema) -> Result<Body> {
    if let Some(body) = workarounds::body(definition, schema)? {
        return Ok(body);
    }
    if let Some(name) = scalars::scalar(definition, schema)? {
        return Ok(Body::Scalar(name));
    }
    if schema.properties.is_empty() {
        return match shapes::shape(schema)? {
            Shape::Json => Ok(Body::Opaque),
            other => {
                Err(Failure::new(format!("a definition of the shape {other:?} is not supported"))
                    .hint("add its type in crates/codegen/src/model/scalars.rs"))
            }
        };
    }
    if schema.type_.is_some() || schema.items.is_some() || schema.additional_properties.is_some() {
        return Err(Failure::new(
            "a definition with properties and another shape is not supported",
        ));
    }
    fields(schema).map(Body::Struct)
}

fn fields(schema: &Schema) -> Result<Vec<Field>> {
    let mut names = BTreeSet::new();
    for required in &schema.required {
        if !schema.properties.contains_key(required) {
            return Err(Failure::new(format!("the required property {required} does not exist")));
        }
    }
    let mut fields = Vec::new();
    for (wire, property) in &schema.properties {
        let name = names::field(wire);
        if !names.insert(name.clone()) {
            return Err(Failure::new(format!(
                "two properties would be named {name}, one is {wire}"
            )));
        }
        let shape = shapes::shape(property).map_err(|f| f.within(format!("property {wire}")))?;
        let numbers =
            numbers::numbers(property).map_err(|f| f.within(format!("property {wire}")))?;
        let required = schema.required.contains(wire);
        // Every object has metadata: users need not unwrap it.
        let metadata = wire == "metadata" && !schema.kinds.is_empty();
        let collection = matches!(shape, Shape::List(_) | Shape::Map(_));
        let optional = !(collection || required || metadata);
        let keys = property.list_map_keys.clone();
        fields.push(Field {
            wire: wire.clone(),
            name,
            shape,
            optional,
            boxed: false,
            required,
            numbers,
            keys,
            description: Vec::new(),
        });
    }
    Ok(fields)
}

/// Checks that every reference names a definition.
fn check_references(types: &BTreeMap<String, Type>) -> Result<()> {
    let resolve = |from: &str, to: &str| {
        let missing = || format!("definition {from} refers to {to}, which does not exist");
        types.get(to).map(|_| ()).ok_or_else(|| Failure::new(missing()))
    };
    for (definition, type_) in types {
        match &type_.body {
            Body::Generic(_, parameter) => resolve(definition, parameter)?,
            Body::Struct(fields) => {
                fields
                    .iter()
                    .filter_map(|f| f.shape.target())
                    .try_for_each(|to| resolve(definition, to))?;
            }
            Body::Scalar(_) | Body::Opaque => {}
        }
    }
    Ok(())
}

/// Makes required times optional: an event that was created through the core group has a `null` time
/// in events.k8s.io.
fn make_times_optional(types: &mut BTreeMap<String, Type>) {
    let times: BTreeSet<String> =
        types.iter().filter(|(_, type_)| type_.is_time()).map(|(name, _)| name.clone()).collect();
    for field in types.values_mut().flat_map(Type::fields_mut) {
        if matches!(&field.shape, Shape::Type(target) if times.contains(target)) {
            field.optional = true;
        }
    }
}

impl Shape {
    /// Returns the definition that it refers to, if any.
    pub(super) fn target(&self) -> Option<&str> {
        match self {
            Self::Type(definition) => Some(definition),
            Self::List(inner) | Self::Map(inner) => inner.target(),
            _ => None,
        }
    }
}

impl Type {
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.body {
            Body::Struct(fields) => fields,
            _ => &[],
        }
    }

    pub(super) fn fields_mut(&mut self) -> &mut [Field] {
        match &mut self.body {
            Body::Struct(fields) => fields,
            _ => &mut [],
        }
    }
}
