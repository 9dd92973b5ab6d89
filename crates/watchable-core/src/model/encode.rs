//! Encodes and prints a model.

use std::fmt;

use serde::ser::{SerializeMap, Serializer};

use super::field::{Encode, Field};
use super::object::{Model, VisitFields};

/// Encodes a model. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn serialize<T: Model, S: Serializer>(model: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut encoder = FieldEncoder { map: serializer.serialize_map(None)?, outcome: Ok(()) };
    model.visit_fields(&mut encoder);
    encoder.outcome?;
    encoder.map.end()
}

/// Prints a model's fields, except absent ones. For [`model!`](crate::model!).
#[doc(hidden)]
pub fn debug<T: Model>(model: &T, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut printer = FieldPrinter(f.debug_struct(name));
    model.visit_fields(&mut printer);
    printer.0.finish()
}

/// Encodes fields up to the first error. It keeps the error because a `?` at every field would increase
/// compile time by a third.
struct FieldEncoder<S: SerializeMap> {
    map: S,
    outcome: Result<(), S::Error>,
}

impl<S: SerializeMap> VisitFields for FieldEncoder<S> {
    fn field<F: Field>(&mut self, _: &'static str, json_name: &'static str, field: &F) {
        if !field.is_absent() {
            self.required_field("", json_name, field);
        }
    }

    fn required_field<F: Field>(&mut self, _: &'static str, json_name: &'static str, field: &F) {
        if self.outcome.is_ok() {
            self.outcome = self.map.serialize_entry(json_name, &Encode(field));
        }
    }
}

struct FieldPrinter<'a, 'b>(fmt::DebugStruct<'a, 'b>);

impl VisitFields for FieldPrinter<'_, '_> {
    fn field<F: Field>(&mut self, name: &'static str, _: &'static str, field: &F) {
        if !field.is_absent() {
            self.0.field(name, field);
        }
    }

    fn required_field<F: Field>(&mut self, name: &'static str, _: &'static str, field: &F) {
        self.0.field(name, field);
    }
}
