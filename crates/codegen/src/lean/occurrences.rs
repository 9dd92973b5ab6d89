//! How often the recorded objects have a field.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Failure, Result};
use crate::files;
use crate::model::{Model, Shape};

/// Recorded responses, in a folder per release.
const RECORDED: &str = "tests/data/recorded";

/// How often each definition, and each of its properties, occurs.
#[derive(Debug, Default)]
pub(super) struct Occurrences(BTreeMap<String, Counts>);

#[derive(Debug, Default)]
struct Counts {
    objects: u32,
    properties: BTreeMap<String, u32>,
}

impl Occurrences {
    /// Counts what was recorded of the model's release, if anything was.
    pub(super) fn count(&mut self, root: &Path, model: &Model) -> Result<()> {
        let folder = root.join(RECORDED).join(model.release.to_string());
        if !folder.is_dir() {
            return Ok(());
        }
        let mut kinds = BTreeMap::new();
        for (definition, type_) in &model.types {
            for kind in &type_.kinds {
                let group = if kind.group.is_empty() {
                    kind.version.clone()
                } else {
                    format!("{}/{}", kind.group, kind.version)
                };
                kinds.insert((group, kind.kind.clone()), definition);
            }
        }
        for file in files::walk(&folder)? {
            let text = files::read(&file)?;
            let value: Value = serde_json::from_str(&text).map_err(|error| {
                Failure::new(format!("{} is not JSON: {error}", file.display()))
            })?;
            let text_of = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            if let Some(definition) = kinds.get(&(text_of("apiVersion"), text_of("kind"))) {
                self.add(model, definition, &value);
            }
        }
        Ok(())
    }

    fn add(&mut self, model: &Model, definition: &str, value: &Value) {
        let (Some(type_), Some(object)) = (model.types.get(definition), value.as_object()) else {
            return;
        };
        let counts = self.0.entry(definition.to_owned()).or_default();
        counts.objects += 1;
        for (property, value) in object {
            if !value.is_null() {
                *counts.properties.entry(property.clone()).or_default() += 1;
            }
        }
        for field in type_.fields() {
            if let Some(value) = object.get(&field.wire) {
                self.add_shape(model, &field.shape, value);
            }
        }
    }

    fn add_shape(&mut self, model: &Model, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Type(definition), value) => self.add(model, definition, value),
            (Shape::List(items), Value::Array(values)) => {
                for value in values {
                    self.add_shape(model, items, value);
                }
            }
            (Shape::Map(of), Value::Object(values)) => {
                for value in values.values() {
                    self.add_shape(model, of, value);
                }
            }
            _ => {}
        }
    }

    /// Returns the share of the definition's objects that have a property: a half if none was recorded (Laplace's rule
    /// of succession).
    pub(super) fn share(&self, definition: &str, property: &str) -> f64 {
        let counts = self.0.get(definition);
        let objects = counts.map_or(0, |counts| counts.objects);
        let present = counts.and_then(|counts| counts.properties.get(property).copied());
        f64::from(present.unwrap_or(0) + 1) / f64::from(objects + 2)
    }
}
