//! JSONPath templates in kubectl's dialect, which is not RFC 9535: text with paths in braces, such as
//! `{range .spec.containers[*]}{.name}{"\n"}{end}`.
//!
//! What kubectl prints, this prints. Three things are more lenient: names may be quoted with `"`, a quoted name that
//! holds dots is also looked up as it is, and integers compare with fractions. What kubectl silently takes for nothing,
//! such as `{.}` or two paths in one pair of braces, is an error.

mod compare;
mod evaluate;
mod go_text;
mod literal;
mod parse;
mod path;
mod scanner;
mod template;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub(crate) use go_text::{number, plain};
pub(crate) use scanner::Fault;
use template::{Part, Path};

/// A template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        parse::template(text).map(Self)
    }

    /// Returns whether it has nothing in braces, and so prints the same for all objects.
    pub(crate) fn is_only_text(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Returns what it prints for an object. A missing member prints nothing.
    ///
    /// # Errors
    ///
    /// If a list has no item of an index, or something is indexed, filtered or compared that cannot be.
    pub(crate) fn render(&self, object: &Value) -> Result<String, Fault> {
        let mut text = String::new();
        evaluate::render(&self.0, object, &mut text)?;
        Ok(text)
    }
}

/// A path alone, as custom columns have it: `.metadata.name`, `metadata.name`, or either in braces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathExpression(Path);

impl PathExpression {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        parse::relaxed_path(text).map(Self)
    }

    /// Returns the values of an object at the path.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub(crate) fn find<'a>(&'a self, object: &'a Value) -> Result<Vec<&'a Value>, Fault> {
        evaluate::find(&self.0, object)
    }
}
