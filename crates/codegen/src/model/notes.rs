//! Adds docs to the model that are not among its release's facts.

use super::Model;
use crate::descriptions::Descriptions;
use crate::history::History;

impl Model {
    /// Adds the releases of each type, and upstream's descriptions of types and fields.
    pub(crate) fn annotate(&mut self, history: &History, descriptions: &Descriptions) {
        for (definition, type_) in &mut self.types {
            type_.releases = history.sentence(definition);
            type_.description = descriptions.of_type(definition);
            for field in type_.fields_mut() {
                field.description = descriptions.of_field(definition, &field.wire);
            }
        }
    }
}
