//! The path of field numbers under which a property is in protobuf.

use crate::error::{Failure, Result};
use crate::facts::{Schema, WireType};

/// The number of the only field of a message that is a value of a map.
const OF_MAP_VALUES: u32 = 1;

/// Returns the numbers that lead to a property; none if protobuf has no such field. Together with the Rust type of the
/// field, they say all that a decoder needs.
///
/// # Errors
///
/// Fails on a type for which that is not so.
pub(super) fn numbers(property: &Schema) -> Result<Vec<u32>> {
    let Some(wire) = &property.protobuf else { return Ok(Vec::new()) };
    let mut numbers = wire.path.clone();
    let plain = match &wire.type_ {
        WireType::Wrapped(number, inner) => {
            numbers.push(*number);
            is_list_of_plain(inner)
        }
        WireType::Map { values, .. } => match &**values {
            WireType::Wrapped(number, inner) => *number == OF_MAP_VALUES && is_list_of_plain(inner),
            values => is_plain(values),
        },
        other => is_plain(other) || is_list_of_plain(other),
    };
    if plain {
        return Ok(numbers);
    }
    Err(Failure::new(format!("the type `{wire}` in protobuf is not supported"))
        .hint("add support for it in crates/codegen/src/model/numbers.rs and watchable-core"))
}

fn is_plain(type_: &WireType) -> bool {
    matches!(type_, WireType::Scalar(_) | WireType::Message(None))
}

/// Kubernetes packs no list: encoders need not either.
fn is_list_of_plain(type_: &WireType) -> bool {
    matches!(type_, WireType::Repeated { items, packed: false } if is_plain(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(wire: &str) -> Result<Vec<u32>> {
        super::numbers(&Schema { protobuf: Some(wire.parse()?), ..Schema::default() })
    }

    #[test]
    fn path_ends_at_the_value() {
        for (wire, expected) in [
            ("3 string", &[3][..]),
            ("2.19 message", &[2, 19]),
            ("2.1.4 repeated string", &[2, 1, 4]),
            ("5 map<string, bytes>", &[5]),
            ("4 {7 repeated string}", &[4, 7]),
            ("5 map<string, {1 repeated string}>", &[5]),
        ] {
            assert_eq!(numbers(wire).unwrap(), expected, "{wire}");
        }
        assert!(super::numbers(&Schema::default()).unwrap().is_empty());
    }

    #[test]
    fn what_a_rust_type_does_not_tell_is_an_error() {
        for wire in [
            "1 packed int32",
            "1 {1 packed int32}",
            "1 {1 string}",
            "1 map<string, {2 repeated string}>",
            "1 map<string, {1 string}>",
            "1 message io.k8s.api.core.v1.Pod",
            "1 repeated message io.k8s.api.core.v1.Pod",
        ] {
            let error = numbers(wire).unwrap_err().to_string();
            assert!(error.contains(&format!("`{wire}`")), "{error}");
        }
    }
}
