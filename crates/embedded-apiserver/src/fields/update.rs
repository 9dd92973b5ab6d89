//! Field ownership of plain writes: the writer becomes the owner of the fields it changes.

use serde_json::{Value, json};

use super::managers::{self, Entry, Writer};
use super::path::Step;
use super::set::FieldSet;
use super::tree;
use super::types::Types;
use crate::registry::Served;

/// Records a plain write in the new object's `managedFields`. `old` is `None` for a create.
///
/// `managedFields` in the written object replace the old ones, which kubectl uses to migrate to server-side
/// apply. `[{}]` clears them.
pub(crate) fn record(served: &Served, old: Option<&Value>, new: &mut Value, writer: &Writer) {
    if !new.is_object() {
        return;
    }
    let types = Types::of(served);
    let given = &new["metadata"]["managedFields"];
    let mut entries = match given.as_array().map(Vec::as_slice) {
        Some([only]) if *only == json!({}) => Vec::new(),
        Some([_, ..]) => managers::read(new),
        _ => old.map(managers::read).unwrap_or_default(),
    };
    let before = old.map(|old| FieldSet::of(old, types)).unwrap_or_default();
    let after = FieldSet::of(new, types);
    let is_changed = |path: &&Vec<Step>| {
        let is_item = matches!(path.last(), Some(Step::Key(_)));
        let differs = || old.is_none_or(|old| tree::find(old, path) != tree::find(new, path));
        !before.contains(path) || !is_item && differs()
    };
    let mut written = FieldSet(after.0.iter().filter(is_changed).cloned().collect());
    let mut removed = FieldSet(before.0.difference(&after.0).cloned().collect());
    if served.has_status() || writer.subresource.is_some() {
        for set in [&mut written, &mut removed] {
            set.retain_status(writer.subresource == Some("status"));
        }
    }
    for entry in &mut entries {
        let is_own = entry.belongs_to(writer, false);
        entry
            .fields
            .0
            .retain(|path| !removed.contains(path) && (is_own || !written.contains(path)));
    }
    if !written.0.is_empty() {
        let own = entries.iter().position(|entry| entry.belongs_to(writer, false));
        let mut fields = own.map(|own| entries.remove(own).fields).unwrap_or_default();
        fields.0.append(&mut written.0);
        entries.push(Entry::new(writer, false, fields));
    }
    managers::write(new, entries);
}
