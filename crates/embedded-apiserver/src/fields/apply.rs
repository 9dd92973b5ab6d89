//! The apply operation: merges, conflicts, and removal of fields that are no longer applied.

use serde_json::{Value, json};

use super::managers::{self, Entry, Writer};
use super::path::Step;
use super::set::{FieldSet, Path};
use super::tree;
use super::types::Types;
use crate::error::FieldConflict;
use crate::registry::Served;

/// Applies a configuration to `live`, or to a new object if that is `None`, and returns the result.
///
/// Changed fields of other managers are conflicts, unless `force` transfers their ownership.
pub(crate) fn apply(
    served: &Served,
    live: Option<&Value>,
    applied: &Value,
    writer: &Writer,
    force: bool,
) -> Result<Value, Vec<FieldConflict>> {
    let types = Types::of(served);
    let mut applied_fields = FieldSet::of(applied, types);
    if served.has_status() || writer.subresource.is_some() {
        applied_fields.retain_status(writer.subresource == Some("status"));
    }
    let mut entries = live.map(managers::read).unwrap_or_default();
    let own = entries.iter().position(|entry| entry.belongs_to(writer, true));
    let own = own.map(|own| entries.remove(own));
    let mut merged = live.cloned().unwrap_or_else(|| json!({"metadata": {}}));
    tree::merge(&mut merged, applied, types, &mut Vec::new());
    let live = live.unwrap_or(&Value::Null);

    let is_changed = |path: &Path| {
        let is_item = matches!(path.last(), Some(Step::Key(_)));
        !is_item && tree::find(live, path) != tree::find(&merged, path)
    };
    let changed: Vec<&Path> = applied_fields.0.iter().filter(|path| is_changed(path)).collect();
    let mut conflicts = Vec::new();
    for entry in &mut entries {
        for path in &changed {
            if entry.fields.0.contains(*path) {
                let field = path.iter().map(Step::to_string).collect();
                conflicts.push(FieldConflict { owner: entry.display_name(), field });
                entry.fields.0.remove(*path);
            }
        }
    }
    if !force && !conflicts.is_empty() {
        conflicts.sort_by(|a, b| (&a.owner, &a.field).cmp(&(&b.owner, &b.field)));
        return Err(conflicts);
    }

    let previous = own.as_ref().map(|own| &own.fields.0).into_iter().flatten();
    for path in previous
        .filter(|path| !applied_fields.contains_within(path) && !applied_fields.covers(path))
    {
        if !entries.iter().any(|entry| entry.fields.contains_within(path)) {
            tree::remove(&mut merged, path);
        }
    }
    // Applying the same configuration again changes nothing, including the entry's time.
    let same =
        own.filter(|own| own.fields == applied_fields && own.api_version == writer.api_version);
    let is_unchanged = same.is_some() && merged == *live;
    entries.push(match same {
        Some(own) if is_unchanged => own,
        _ => Entry::new(writer, true, applied_fields),
    });
    managers::write(&mut merged, entries);
    Ok(merged)
}
