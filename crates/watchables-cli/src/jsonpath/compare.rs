//! Compares values in filters.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::template::Operator;

/// Returns whether a comparison holds.
///
/// # Errors
///
/// If the values are of different kinds, or of one that has no order.
pub(super) fn holds(left: &Value, operator: Operator, right: &Value) -> Result<bool, String> {
    let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) if !is_order => Some(left.cmp(right)),
        // It equals nothing.
        (Value::Null, _) | (_, Value::Null) if !is_order => None,
        _ => {
            let hint = match (left, right) {
                (Value::Number(_), Value::String(text)) => format!("; write {text} without quotes"),
                (Value::String(_), Value::Number(number)) => format!("; write \"{number}\""),
                _ => String::new(),
            };
            return Err(format!("{} cannot be compared with {}{hint}", kind(left), kind(right)));
        }
    };
    Ok(match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    })
}

/// Returns what a value is, with an article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
