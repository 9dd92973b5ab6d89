//! Derives the Rust type of a property's value from its schema.

use super::Shape;
use crate::error::{Failure, Result};
use crate::facts::Schema;

/// Returns the shape of a property, or of its items.
pub(crate) fn shape(schema: &Schema) -> Result<Shape> {
    if !schema.properties.is_empty() {
        return Err(unsupported("an object within a definition"));
    }
    if let Some(reference) = &schema.reference {
        let alone = schema.type_.is_none()
            && schema.items.is_none()
            && schema.additional_properties.is_none();
        return if alone {
            Ok(Shape::Type(reference.clone()))
        } else {
            Err(unsupported("a $ref with a type"))
        };
    }
    let (type_, format) = (schema.type_.as_deref(), schema.format.as_deref());
    match (type_, format, &schema.items, &schema.additional_properties) {
        (Some("boolean"), None, None, None) => Ok(Shape::Bool),
        (Some("integer"), Some("int32"), None, None) => Ok(Shape::Int32),
        (Some("integer"), Some("int64") | None, None, None) => Ok(Shape::Int64),
        (Some("number"), Some("double") | None, None, None) => Ok(Shape::Double),
        (Some("string"), None, None, None) => Ok(Shape::String),
        (Some("string"), Some("byte"), None, None) => Ok(Shape::Bytes),
        (Some("array"), None, Some(items), None) => Ok(Shape::List(Box::new(shape(items)?))),
        (Some("object"), None, None, Some(values)) => Ok(Shape::Map(Box::new(shape(values)?))),
        (Some("object") | None, None, None, None) => Ok(Shape::Json),
        _ => Err(unsupported(&format!(
            "type `{}` with format `{}`",
            type_.unwrap_or("none"),
            format.unwrap_or("none")
        ))),
    }
}

fn unsupported(what: &str) -> Failure {
    Failure::new(format!("{what} is not supported"))
        .hint("add support for it in crates/codegen/src/model/shapes.rs")
}
