//! Finds values at paths, and renders templates.

use serde_json::Value;

use super::compare::{holds, kind};
use super::go_text::printed;
use super::scanner::{Fault, Place};
use super::template::{End, Filter, Operand, Part, Path, Slice, Step, StepKind};

/// Appends what the parts print.
pub(super) fn render(parts: &[Part], current: &Value, text: &mut String) -> Result<(), Fault> {
    for part in parts {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Literal(value) => printed(value, text),
            Part::Path(path) => {
                for (i, value) in find(path, current)?.into_iter().enumerate() {
                    if i > 0 {
                        text.push(' ');
                    }
                    printed(value, text);
                }
            }
            Part::Range(path, parts) => {
                for value in find(path, current)? {
                    render(parts, value, text)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the values at a path, in order.
pub(super) fn find<'a>(path: &'a Path, current: &'a Value) -> Result<Vec<&'a Value>, Fault> {
    path.0.iter().try_fold(vec![current], |values, step| take(step, &values))
}

/// Returns where a step leads from each of the values. From null it leads nowhere.
fn take<'a>(step: &'a Step, values: &[&'a Value]) -> Result<Vec<&'a Value>, Fault> {
    let values = values.iter().copied().filter(|value| !value.is_null());
    let mut found = Vec::new();
    match &step.kind {
        StepKind::Member(name) => found.extend(values.filter_map(|value| value.get(name))),
        StepKind::Quoted { nested, whole } => found.extend(values.filter_map(|value| {
            let inner = nested.iter().try_fold(value, |value, name| value.get(name));
            inner.or_else(|| value.get(whole))
        })),
        StepKind::EachValue => values.for_each(|value| found.extend(inner(value))),
        StepKind::Descend => values.for_each(|value| descend(value, &mut found)),
        StepKind::Slice(slice) => {
            for value in values {
                let items = list(value, &step.place)?;
                found.extend(cut(*slice, items, &step.place)?);
            }
        }
        StepKind::Filter(filter) => {
            for value in values {
                for item in list(value, &step.place)? {
                    if chooses(filter, item, &step.place)? {
                        found.push(item);
                    }
                }
            }
        }
        StepKind::Union(steps) => {
            let values: Vec<_> = values.collect();
            for step in steps {
                found.extend(take(step, &values)?);
            }
        }
    }
    Ok(found)
}

fn inner(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

/// Adds the value and what is in it, as far as it is an object, a list or a text that is not empty.
fn descend<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    let inner = inner(value);
    if !inner.is_empty() || value.as_str().is_some_and(|text| !text.is_empty()) {
        found.push(value);
    }
    for value in inner {
        descend(value, found);
    }
}

fn list<'a>(value: &'a Value, place: &Place) -> Result<&'a Vec<Value>, Fault> {
    value.as_array().ok_or_else(|| {
        let hint = if value.is_object() { "; all members of an object are .*" } else { "" };
        let what = format!("there is {}, not a list{hint}", kind(value));
        Fault { what, place: place.clone() }
    })
}

/// Returns the items of a slice. Unlike elsewhere, what is beyond the list is an error, as in kubectl.
fn cut<'a>(
    slice: Slice,
    items: &'a [Value],
    place: &Place,
) -> Result<impl Iterator<Item = &'a Value> + use<'a>, Fault> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |number: i64| if number < 0 { number.saturating_add(length) } else { number };
    let start = from_end(slice.start);
    let end = match slice.end {
        End::One => start.saturating_add(1),
        End::Last => length,
        End::Before(number) => from_end(number),
    };
    let fault = |what| Fault { what, place: place.clone() };
    let beyond = |number| {
        let items = if length == 1 { "item" } else { "items" };
        fault(format!("the list has {length} {items}, and so none at index {number}"))
    };
    let range = if start == end {
        0..0
    } else {
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(start), _) if start >= items.len() => return Err(beyond(slice.start)),
            (Err(_), _) => return Err(beyond(slice.start)),
            (Ok(_), Ok(last)) if last > items.len() => return Err(beyond(end - 1)),
            (Ok(start), Ok(end)) if start < end => start..end,
            _ => return Err(fault(format!("the start {start} is after the end {end}"))),
        }
    };
    Ok(items[range].iter().step_by(slice.step))
}

fn chooses(filter: &Filter, item: &Value, place: &Place) -> Result<bool, Fault> {
    let Some((operator, right)) = &filter.comparison else {
        // A list that is too short has no such item.
        return Ok(values(&filter.left, item).is_ok_and(|values| !values.is_empty()));
    };
    let fault = |what| Fault { what, place: place.clone() };
    let one = |operand| match values(operand, item)?[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        [..] => Err(fault("only one value can be compared at a time".to_owned())),
    };
    match (one(&filter.left)?, one(right)?) {
        (Some(left), Some(right)) => holds(left, *operator, right).map_err(fault),
        _ => Ok(false),
    }
}

fn values<'a>(operand: &'a Operand, item: &'a Value) -> Result<Vec<&'a Value>, Fault> {
    match operand {
        Operand::Literal(value) => Ok(vec![value]),
        Operand::Path(path) => find(path, item),
    }
}
