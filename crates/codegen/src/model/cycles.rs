//! Breaks the cycles of recursive types with `Box`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shape, Type};
use crate::error::{Failure, Result};

/// Boxes the fields that close a cycle. Lists and maps are already indirect.
pub(super) fn box_cycles(types: &mut BTreeMap<String, Type>) -> Result<()> {
    let mut walk = Walk { types, done: BTreeSet::new(), path: Vec::new(), closing: Vec::new() };
    for definition in walk.types.keys() {
        walk.visit(definition);
    }
    for (definition, index) in walk.closing {
        let Some(field) = types.get_mut(&definition).map(|t| &mut t.fields_mut()[index]) else {
            continue;
        };
        if !field.optional {
            return Err(Failure::new(format!(
                "definition {definition} contains itself through its required property {}, which is infinite",
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
    path: Vec<&'a str>,
    /// Definition and field index of each field to box.
    closing: Vec<(String, usize)>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, definition: &'a str) {
        if !self.done.insert(definition) {
            return;
        }
        self.path.push(definition);
        for (index, field) in
            self.types.get(definition).map_or(&[][..], Type::fields).iter().enumerate()
        {
            if let Shape::Type(target) = &field.shape {
                if self.path.contains(&target.as_str()) {
                    self.closing.push((definition.to_owned(), index));
                } else {
                    self.visit(target);
                }
            }
        }
        self.path.pop();
    }
}
