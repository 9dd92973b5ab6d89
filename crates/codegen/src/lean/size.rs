//! The sizes of the generated types, as they will be on a 64-bit machine, near enough.

use std::collections::BTreeMap;

use crate::model::{Body, Field, Model, Shape};

/// The sizes of definitions, in bytes.
#[derive(Debug, Default)]
pub(super) struct Sizes(BTreeMap<String, usize>);

/// Of a `Text`, a `Vec`, a `Map`, and of what is one of them.
const TEXT: usize = 24;
const POINTER: usize = 8;
/// Of a `Box<str>`.
const BOXED_TEXT: usize = 16;

impl Sizes {
    /// Adds a definition, whose fields' types were added before, if they are not boxed.
    pub(super) fn add(
        &mut self,
        model: &Model,
        definition: &str,
        is_boxed: impl Fn(&Field) -> bool,
    ) {
        let Some(type_) = model.types.get(definition) else { return };
        let size = match &type_.body {
            Body::Scalar("Time" | "MicroTime") => 16,
            Body::Scalar("FieldsV1" | "RawExtension") | Body::Opaque => BOXED_TEXT,
            Body::Scalar(_) => TEXT,
            // A boxed object, or something small.
            Body::Generic(..) => POINTER,
            Body::Struct(fields) => {
                let sizes = fields.iter().map(|field| {
                    if is_boxed(field) {
                        POINTER
                    } else {
                        self.of_shape(&field.shape, field.optional)
                    }
                });
                sizes.sum::<usize>().next_multiple_of(POINTER)
            }
        };
        self.0.insert(definition.to_owned(), size);
    }

    /// Returns the size of a definition that was added.
    pub(super) fn of(&self, definition: &str) -> usize {
        self.0.get(definition).copied().unwrap_or(POINTER)
    }

    fn of_shape(&self, shape: &Shape, optional: bool) -> usize {
        match (shape, optional) {
            (Shape::Bool, _) => 1,
            (Shape::Int32, false) => 4,
            (Shape::Int32, true) | (Shape::Int64 | Shape::Double, false) => 8,
            (Shape::Int64 | Shape::Double, true) => 16,
            (Shape::Json, _) => BOXED_TEXT,
            (Shape::String | Shape::Bytes | Shape::List(_) | Shape::Map(_), _) => TEXT,
            // Nearly every type has a bit pattern to spare, which stands for `None`.
            (Shape::Type(definition), _) => self.of(definition),
        }
    }
}
