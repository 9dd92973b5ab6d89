//! Types that contain themselves: where a `Box` must break the cycle.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shape, Type};
use crate::error::{Failure, Result};

/// Boxes the fields that close a cycle of fields held directly. Lists and maps hold theirs apart.
pub(super) fn box_them(types: &mut BTreeMap<String, Type>) -> Result<()> {
    let mut walk = Walk { types, done: BTreeSet::new(), trail: Vec::new(), closing: Vec::new() };
    for definition in walk.types.keys() {
        walk.visit(definition);
    }
    for (definition, index) in walk.closing {
        let Some(field) = types.get_mut(&definition).map(|t| &mut t.fields_mut()[index]) else {
            continue;
        };
        if !field.optional {
            return Err(Failure::new(format!(
                "definition {definition} contains itself through its required property {}, without end",
                field.wire
            )));
        }
        field.boxed = true;
    }
    Ok(())
}

struct Walk<'a> {
    types: &'a BTreeMap<String, Type>,
    done: BTreeSet<&'a str>,
    trail: Vec<&'a str>,
    /// Definition and field index.
    closing: Vec<(String, usize)>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, definition: &'a str) {
        if !self.done.insert(definition) {
            return;
        }
        self.trail.push(definition);
        for (index, field) in
            self.types.get(definition).map_or(&[][..], Type::fields).iter().enumerate()
        {
            if let Shape::Type(target) = &field.shape {
                if self.trail.contains(&target.as_str()) {
                    self.closing.push((definition.to_owned(), index));
                } else {
                    self.visit(target);
                }
            }
        }
        self.trail.pop();
    }
}
