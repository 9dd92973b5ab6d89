//! Objects as YAML, byte for byte as kubectl writes them: no library breaks lines, takes quotes and sorts members as Go's does.

mod order;
mod plain;
mod style;
#[cfg(test)]
mod tests;
mod writer;

use serde_json::{Map, Value};

use self::writer::Writer;
use crate::jsonpath::number;

/// A longer name stands after a question mark, on a line of its own, as does one with a line break.
const LONGEST_NAME: usize = 128;

/// How far what is in something stands behind it.
const INDENT: usize = 2;

/// Returns a value as a document, which ends in a line break.
pub(crate) fn to_string(value: &Value) -> String {
    let mut writer = Writer::default();
    match Block::of(value) {
        Some(block) => write_block(block, 0, &mut writer),
        None => write_scalar(value, 0, &mut writer),
    }
    writer.into_text()
}

/// What takes lines of its own. Empty objects and lists do not.
#[derive(Clone, Copy)]
enum Block<'a> {
    Members(&'a Map<String, Value>),
    Items(&'a [Value]),
}

impl<'a> Block<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Object(members) if !members.is_empty() => Some(Self::Members(members)),
            Value::Array(items) if !items.is_empty() => Some(Self::Items(items)),
            _ => None,
        }
    }
}

/// Writes members or items, which begin at `column`: the first of them where the writer is.
fn write_block(block: Block<'_>, column: usize, writer: &mut Writer) {
    match block {
        Block::Members(members) => {
            for (name, value) in order::sort(members.iter().collect()) {
                writer.pad_to(column);
                write_member(name, value, column, writer);
            }
        }
        Block::Items(items) => {
            for item in items {
                writer.pad_to(column);
                writer.put('-');
                write_item(item, column + INDENT, writer);
            }
        }
    }
}

fn write_member(name: &str, value: &Value, column: usize, writer: &mut Writer) {
    if name.len() > LONGEST_NAME || name.contains(style::is_break) {
        writer.put('?');
        writer.put(' ');
        writer.write_text(name, column + INDENT);
        writer.end_line();
        writer.pad_to(column);
        writer.put(':');
        write_item(value, column + INDENT, writer);
        return;
    }
    writer.write_name(name);
    writer.put(':');
    match Block::of(value) {
        Some(block) => {
            writer.end_line();
            // Items stand below the name of their list.
            let inner = if matches!(block, Block::Items(_)) { column } else { column + INDENT };
            write_block(block, inner, writer);
        }
        None => write_item(value, column + INDENT, writer),
    }
}

/// Writes what stands in the line of a mark.
fn write_item(value: &Value, column: usize, writer: &mut Writer) {
    writer.put(' ');
    match Block::of(value) {
        Some(block) => write_block(block, column, writer),
        None => write_scalar(value, column, writer),
    }
}

/// Writes what is no block; further lines of it begin at `column`.
fn write_scalar(value: &Value, column: usize, writer: &mut Writer) {
    match value {
        Value::Null => writer.put_all("null"),
        Value::Bool(value) => writer.put_all(if *value { "true" } else { "false" }),
        Value::Number(value) => writer.put_all(&number(value)),
        Value::String(text) => writer.write_text(text, column),
        Value::Array(_) => writer.put_all("[]"),
        Value::Object(_) => writer.put_all("{}"),
    }
    writer.end_line();
}
