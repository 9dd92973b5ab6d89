//! Tests of what is reported, and of the patches.

mod lists;
mod patches;
pub(crate) mod random;
mod secrets;
mod texts;
mod values;

use serde_json::{Value, json};

use super::*;

/// Returns the lines of a difference, after a check that its patches are right.
fn lines(before: &Value, after: &Value) -> Vec<String> {
    lines_with(&DiffOptions::new(), before, after)
}

fn lines_with(options: &DiffOptions, before: &Value, after: &Value) -> Vec<String> {
    let diff = options.between(before, after).unwrap();
    let text = diff.to_string();
    let lines: Vec<String> = diff.iter().map(ToString::to_string).collect();
    assert_eq!(text, lines.join("\n"));
    assert_eq!(text.lines().count(), diff.len(), "one line a change: {text}");
    assert_eq!(diff.is_empty(), diff.changes().is_empty());
    assert_eq!(of_texts(options, before, after), diff.changes());
    lines
}

/// Returns the changes between the texts of two objects.
fn of_texts(options: &DiffOptions, before: &Value, after: &Value) -> Vec<Change> {
    options.changes_of_json(&before.to_string(), &after.to_string()).unwrap()
}

/// Applies both patches, and returns the results.
fn patched(diff: &Diff, before: &Value) -> (Value, Value) {
    let (mut by_operations, mut by_merge) = (before.clone(), before.clone());
    let operations: ::json_patch::Patch =
        serde_json::from_value(diff.to_json_patch().into_value()).unwrap();
    ::json_patch::patch(&mut by_operations, &operations).expect("operations that apply");
    ::json_patch::merge(&mut by_merge, diff.to_merge_patch().as_value());
    (by_operations, by_merge)
}

/// Checks that both patches give the new object. What is left out must be the same in both.
fn check_patches(before: &Value, after: &Value) -> Result<(), String> {
    let diff = Diff::between(before, after).map_err(|error| error.to_string())?;
    let of_texts = of_texts(&DiffOptions::new(), before, after);
    if of_texts != diff.changes() {
        return Err(format!("of the texts: {of_texts:?}, of the objects: {:?}", diff.changes()));
    }
    check_patches_of(&diff, before, after)
}

/// Checks that both patches of a difference of two objects give the newer one, save for what is left out. An object that
/// does not exist is `null`.
pub(crate) fn check_patches_of(diff: &Diff, before: &Value, after: &Value) -> Result<(), String> {
    let (mut by_operations, mut by_merge) = patched(diff, before);
    let [mut before, mut after] = [before.clone(), after.clone()];
    for object in [&mut by_operations, &mut by_merge, &mut before, &mut after] {
        DiffOptions::new().leave_out(object);
    }
    if diff.is_empty() != equal::same(&before, &after) {
        return Err(format!("{} changes", diff.len()));
    }
    if !equal::same(&by_operations, &after) {
        return Err(format!("{:?} gives {by_operations}", diff.to_json_patch()));
    }
    if !equal::same(&by_merge, &after) {
        return Err(format!("{:?} gives {by_merge}", diff.to_merge_patch()));
    }
    Ok(())
}

/// A Pod with a specification.
fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1"}, "spec": spec})
}

/// A custom resource with a specification.
fn custom(spec: &Value) -> Value {
    json!({"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "b"}, "spec": spec})
}
