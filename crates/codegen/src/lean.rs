//! Lean types: which optional fields are boxed, since they are large and rarely there.
//!
//! A field that is an `Option` of a struct takes the struct's size in every object, whether it is there or not:
//! decoding writes it, and a move copies it. Boxed, it takes 8 bytes, and an allocation where it is there. So a field
//! is boxed if that saves at least [`LEAST_SAVING`] bytes an object on average, by the size of its type and by how
//! often the recorded objects have it.
//!
//! - The `spec` and `status` of an object are never boxed, nor is any other field of a type that has a kind.
//! - A field is boxed in all releases if it is in one, so that programs compile with each of them; except where it is
//!   required, and so no `Option`.

mod occurrences;
mod size;

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Result;
use crate::lean::occurrences::Occurrences;
use crate::lean::size::Sizes;
use crate::model::{Model, Shape, Type};

/// In bytes.
const LEAST_SAVING: f64 = 32.0;
/// The bytes of a box, and those that an allocator adds to what is in it.
const POINTER: f64 = 8.0;
const ALLOCATION: f64 = 16.0;

/// The fields to box, each as its definition and property.
pub(crate) type Boxed = BTreeSet<(String, String)>;

/// Returns the fields to box.
pub(crate) fn boxed_fields(root: &Path, models: &[Model]) -> Result<Boxed> {
    let mut occurrences = Occurrences::default();
    for model in models {
        occurrences.count(root, model)?;
    }
    Ok(models.iter().flat_map(|model| boxed_fields_of(model, &occurrences)).collect())
}

fn boxed_fields_of(model: &Model, occurrences: &Occurrences) -> Boxed {
    let mut sizes = Sizes::default();
    let mut boxed = Boxed::new();
    // Whether a field is boxed depends on what its type boxes.
    for definition in in_order_of_containment(model) {
        let Some(type_) = model.types.get(definition) else { continue };
        for field in type_.fields() {
            let Shape::Type(target) = &field.shape else { continue };
            let is_struct = model.types.get(target).is_some_and(|of| !of.fields().is_empty());
            if !field.optional || field.boxed || !is_struct || !type_.kinds.is_empty() {
                continue;
            }
            let share = occurrences.share(definition, &field.wire);
            if saving(sizes.of(target), share) >= LEAST_SAVING {
                boxed.insert((definition.to_owned(), field.wire.clone()));
            }
        }
        sizes.add(model, definition, |field| {
            field.boxed || boxed.contains(&(definition.to_owned(), field.wire.clone()))
        });
    }
    boxed
}

/// Returns how many bytes a box saves on average, if a field of so many bytes is there in this share of the objects.
fn saving(size: usize, share: f64) -> f64 {
    let size = f64::from(u32::try_from(size).unwrap_or(u32::MAX));
    size - POINTER - share * (size + ALLOCATION)
}

/// Returns the definitions, each after those that it contains without a box.
fn in_order_of_containment(model: &Model) -> Vec<&str> {
    fn visit<'a>(
        model: &'a Model,
        definition: &'a str,
        seen: &mut BTreeSet<&'a str>,
        found: &mut Vec<&'a str>,
    ) {
        if !seen.insert(definition) {
            return;
        }
        let fields = model.types.get(definition).map_or(&[][..], Type::fields);
        for field in fields.iter().filter(|field| !field.boxed) {
            if let Shape::Type(target) = &field.shape {
                visit(model, target, seen, found);
            }
        }
        found.push(definition);
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for definition in model.types.keys() {
        visit(model, definition, &mut seen, &mut found);
    }
    found
}

impl Model {
    /// Boxes the fields. What is required in this release is always there, so a box would save nothing.
    pub(crate) fn box_fields(&mut self, boxed: &Boxed) {
        for (definition, type_) in &mut self.types {
            for field in type_.fields_mut().iter_mut().filter(|field| field.optional) {
                field.boxed |= boxed.contains(&(definition.clone(), field.wire.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_rare_fields_are_boxed() {
        for (size, share, boxed) in [
            (40, 0.0, true),
            (39, 0.0, false),
            (24, 0.0, false),
            (1000, 0.9, true),
            (100, 0.5, true),
            (90, 0.5, false),
            (1000, 1.0, false),
        ] {
            assert_eq!(saving(size, share) >= LEAST_SAVING, boxed, "{size} {share}");
        }
    }
}
