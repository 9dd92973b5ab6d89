//! The trait of a model: an object with a fixed set of fields.

use std::fmt;

use super::field::Field;

/// An object with a fixed set of fields. Implement it with [`model!`](crate::model!).
pub trait Model: Default + fmt::Debug {
    /// The names of the fields in JSON. A field's index is its position here.
    const FIELDS: &'static [&'static str];

    /// The numbers of the fields in protobuf, in the order of [`Self::FIELDS`]; empty where protobuf has no such field.
    ///
    /// The last number is that of the field itself. Those before it are of messages that JSON inlines, outermost first:
    /// `[2, 19]` is field 19 of the message that is field 2. A list that is the only field of a message of its own is
    /// named by its path, too. Lists that are the values of a map always are: their number is 1.
    const NUMBERS: &'static [&'static [u32]];

    /// Whether each field is a scalar whose type in Go is a pointer. Of the others, protobuf has zeros that JSON omits.
    const POINTERS: &'static [bool];

    /// Reads the next value into the field of that index, or skips it if the index is out of range.
    ///
    /// # Errors
    ///
    /// Fails if decoding the field fails.
    fn read_field<S: FieldSource>(&mut self, index: usize, source: &mut S) -> Result<(), S::Error>;

    /// Passes every field to the visitor.
    fn visit_fields<V: VisitFields>(&self, visitor: &mut V);
}

/// Where the values of a model's fields are read from.
pub trait FieldSource {
    /// Why a value cannot be decoded.
    type Error;

    /// Decodes the next value into a field.
    ///
    /// # Errors
    ///
    /// Fails if the value is not of the field's type.
    fn read<F: Field>(&mut self, field: &mut F) -> Result<(), Self::Error>;

    /// Skips the next value.
    ///
    /// # Errors
    ///
    /// Fails if there is none.
    fn skip(&mut self) -> Result<(), Self::Error>;
}

/// A visitor of a model's fields. `name` is a field's name in Rust, `json_name` its name in JSON.
pub trait VisitFields {
    /// Visits a field that is omitted if it is absent.
    fn field<F: Field>(&mut self, name: &'static str, json_name: &'static str, field: &F);

    /// Visits a field that is always written, such as a list's items.
    fn required_field<F: Field>(&mut self, name: &'static str, json_name: &'static str, field: &F);
}

/// Recursive types hold themselves in a `Box`.
impl<T: Model> Model for Box<T> {
    const FIELDS: &'static [&'static str] = T::FIELDS;
    const NUMBERS: &'static [&'static [u32]] = T::NUMBERS;
    const POINTERS: &'static [bool] = T::POINTERS;

    fn read_field<S: FieldSource>(&mut self, index: usize, source: &mut S) -> Result<(), S::Error> {
        (**self).read_field(index, source)
    }

    fn visit_fields<V: VisitFields>(&self, visitor: &mut V) {
        (**self).visit_fields(visitor);
    }
}
