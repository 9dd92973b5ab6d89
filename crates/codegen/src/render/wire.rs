//! Renders the `model!` invocations, which map fields to JSON names and to numbers in protobuf.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::groups::Named;
use crate::model::{Shape, Type};

const MODEL: &str = "watchable_core::model!(";

/// Fills in the `model!` invocations, which prettyplease would print without line breaks.
pub(super) fn fill_in(printed: &str, types: &[Named<'_>]) -> String {
    let by_name: BTreeMap<&str, &Type> =
        types.iter().map(|(_, named)| (named.home.name.as_str(), *named)).collect();
    let mut text = String::new();
    for line in printed.lines() {
        let name = line.strip_prefix(MODEL).and_then(|rest| rest.strip_suffix(");"));
        if let Some(filled) = name.and_then(|name| by_name.get(name)) {
            fields(filled, &mut text);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn fields(type_: &Type, text: &mut String) {
    text.extend([MODEL, &type_.home.name, " {\n"]);
    for (number, field) in type_.fields().iter().enumerate() {
        // Writing to a String cannot fail.
        let collection = matches!(field.shape, Shape::List(_) | Shape::Map(_));
        let required = if field.required && collection { " required" } else { "" };
        let numbers: Vec<_> = field.numbers.iter().map(ToString::to_string).collect();
        let numbers = match numbers.as_slice() {
            [] => String::new(),
            numbers => format!(" = [{}]", numbers.join(" ")),
        };
        let _ = writeln!(text, "    {number} {}: {:?}{numbers}{required},", field.name, field.wire);
    }
    text.push_str("});\n");
}
