//! Decodes a model: reads each field of its message into its field, in place.

use std::marker::PhantomData;

use crate::decode_error::Error;
use crate::model::{Field, FieldSource, Model};

use super::number_table::{Entry, NumberTable, find_path};
use super::reader::{Contents, Message};
use super::value::Value;

/// Decodes a message into a model's fields.
pub(crate) fn fill<T: Model>(model: &mut T, mut message: Message<'_>) -> Result<(), Error> {
    while let Some((number, contents)) = message.next_field()? {
        match TableOf::<T>::TABLE.find(T::NUMBERS, number) {
            Entry::Field(index) => read(model, index, number, contents, &message)?,
            Entry::Inlined => {
                let value = Value::new(number, contents, &message);
                fill_inlined(model, Path::default().then(number), value.message()?)?;
            }
            Entry::Unknown => {}
        }
    }
    Ok(())
}

/// Decodes a message that JSON inlines.
fn fill_inlined<T: Model>(
    model: &mut T,
    path: Path,
    mut message: Message<'_>,
) -> Result<(), Error> {
    while let Some((number, contents)) = message.next_field()? {
        let path = path.then(number);
        match find_path(T::NUMBERS, path.numbers()) {
            Entry::Field(index) => read(model, index, number, contents, &message)?,
            Entry::Inlined => {
                let value = Value::new(number, contents, &message);
                fill_inlined(model, path, value.message()?)?;
            }
            Entry::Unknown => {}
        }
    }
    Ok(())
}

/// The numbers that lead to a field through the messages that JSON inlines.
#[derive(Clone, Copy, Default)]
struct Path {
    numbers: [u32; 4],
    length: usize,
}

impl Path {
    /// Returns the path to a field of the message at this path. No model has paths longer than four.
    fn then(mut self, number: u32) -> Self {
        if let Some(next) = self.numbers.get_mut(self.length) {
            *next = number;
            self.length += 1;
        }
        self
    }

    fn numbers(&self) -> &[u32] {
        &self.numbers[..self.length]
    }
}

#[inline]
fn read<T: Model>(
    model: &mut T,
    index: usize,
    number: u32,
    contents: Contents<'_>,
    message: &Message<'_>,
) -> Result<(), Error> {
    let keeps_zero = T::POINTERS.get(index) == Some(&true);
    let mut value = Value { contents, number, message, keeps_zero };
    model.read_field(index, &mut value).map_err(|error| error.at_name(T::FIELDS[index]))
}

impl FieldSource for Value<'_, '_> {
    type Error = Error;

    #[inline]
    fn read<F: Field>(&mut self, field: &mut F) -> Result<(), Error> {
        field.read_protobuf(self).map(drop)
    }

    fn skip(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// The table of a type's field numbers, built at compile time.
struct TableOf<T>(PhantomData<T>);

impl<T: Model> TableOf<T> {
    const TABLE: NumberTable = NumberTable::new(T::NUMBERS);
}
