//! Server-side apply itself: merging, conflicts, and the fields that are no longer applied.

use serde_json::{Value, json};

use super::managers::{self, Entry, Writer};
use super::path::Step;
use super::set::{FieldSet, Path};
use super::tree;
use super::types::Types;
use crate::error::FieldConflict;
use crate::registry::Served;

/// The new state of an object after something is applied to it; `live` is `None` where it is created.
///
/// With `force` the fields of others are taken over, without it they are conflicts.
pub(crate) fn apply(
    served: &Served,
    live: Option<&Value>,
    applied: &Value,
    writer: &Writer,
    force: bool,
) -> Result<Value, Vec<FieldConflict>> {
    let types = Types::of(served);
    let mut wanted = FieldSet::of(applied, types);
    if served.has_status() || writer.subresource.is_some() {
        wanted.keep_status(writer.subresource == Some("status"));
    }
    let mut entries = live.map(managers::read).unwrap_or_default();
    let own = entries.iter().position(|entry| entry.is_of(writer, true));
    let own = own.map(|own| entries.remove(own));
    let mut merged = live.cloned().unwrap_or_else(|| json!({"metadata": {}}));
    tree::merge(&mut merged, applied, types, &mut Vec::new());
    let live = live.unwrap_or(&Value::Null);

    let is_changed = |path: &Path| {
        let is_item = matches!(path.last(), Some(Step::Key(_)));
        !is_item && tree::find(live, path) != tree::find(&merged, path)
    };
    let changed: Vec<&Path> = wanted.0.iter().filter(|path| is_changed(path)).collect();
    let mut conflicts = Vec::new();
    for entry in &mut entries {
        for path in &changed {
            if entry.fields.0.contains(*path) {
                let field = path.iter().map(Step::to_string).collect();
                conflicts.push(FieldConflict { owner: entry.title(), field });
                entry.fields.0.remove(*path);
            }
        }
    }
    if !force && !conflicts.is_empty() {
        conflicts.sort_by(|a, b| (&a.owner, &a.field).cmp(&(&b.owner, &b.field)));
        return Err(conflicts);
    }

    let had = own.as_ref().map(|own| &own.fields.0).into_iter().flatten();
    for path in had.filter(|path| !wanted.reaches(path) && !wanted.covers(path)) {
        if !entries.iter().any(|entry| entry.fields.reaches(path)) {
            tree::remove(&mut merged, path);
        }
    }
    // Who applies the same again changes nothing, its time included.
    let same = own.filter(|own| own.fields == wanted && own.api_version == writer.api_version);
    let is_same = same.is_some() && merged == *live;
    entries.push(match same {
        Some(own) if is_same => own,
        _ => Entry::new(writer, true, wanted),
    });
    managers::write(&mut merged, entries);
    Ok(merged)
}
