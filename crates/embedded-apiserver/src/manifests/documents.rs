//! The documents of a manifest, one after another: JSON as JSON, everything else as YAML.

use serde_json::{Deserializer, Value};

use super::go_number::normalise;
use super::syntax_error::SyntaxError;
use super::yaml::YamlDocuments;

/// A document of a manifest.
#[derive(Debug, PartialEq)]
pub(crate) struct Document {
    /// From 1.
    pub(crate) number: usize,
    /// The line where it begins, from 1.
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// The documents of a manifest that have content. Ends after the first error.
///
/// A text that begins with `{` is read as JSON. If it is not JSON, it is read as YAML from there, as it may be
/// a flow mapping, or documents of JSON between `---`.
pub(crate) struct Documents<'a> {
    rest: &'a str,
    /// The lines before `rest`.
    lines: usize,
    number: usize,
    yaml: Option<YamlDocuments<'a>>,
    failed: bool,
}

impl<'a> Documents<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { rest, lines: 0, number: 0, yaml: None, failed: false }
    }

    /// Returns the number of the document that was read last, or failed.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    fn next_value(&mut self) -> Option<Result<(usize, Value), SyntaxError>> {
        if self.yaml.is_none() {
            let begin = self.rest.trim_start();
            if begin.starts_with('{') {
                return Some(self.next_json(begin));
            }
            self.yaml = Some(YamlDocuments::new(self.rest));
        }
        self.next_yaml()
    }

    fn next_json(&mut self, begin: &'a str) -> Result<(usize, Value), SyntaxError> {
        let lines = self.lines + newlines(&self.rest[..self.rest.len() - begin.len()]);
        let mut values = Deserializer::from_str(begin).into_iter::<Value>();
        let error = match values.next() {
            Some(Ok(mut value)) => {
                normalise(&mut value);
                let end = values.byte_offset();
                self.rest = &begin[end..];
                self.lines = lines + newlines(&begin[..end]);
                return Ok((lines + 1, value));
            }
            Some(Err(error)) => SyntaxError::from(error).after_lines(lines),
            None => return Ok((lines + 1, Value::Null)),
        };
        self.yaml = Some(YamlDocuments::new(self.rest));
        match self.next_yaml() {
            // What was read further is more likely the language that was meant.
            Some(Err(other)) if (other.line, other.column) > (error.line, error.column) => {
                Err(other)
            }
            Some(Ok(document)) => Ok(document),
            _ => Err(error),
        }
    }

    fn next_yaml(&mut self) -> Option<Result<(usize, Value), SyntaxError>> {
        let lines = self.lines;
        let next = self.yaml.as_mut()?.next()?;
        Some(match next {
            Ok((line, value)) => Ok((lines + line, value)),
            Err(error) => Err(error.after_lines(lines)),
        })
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Document, SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let next = self.next_value()?;
            self.number += 1;
            match next {
                Ok((_, Value::Null)) => {}
                Ok((line, value)) => {
                    return Some(Ok(Document { number: self.number, line, value }));
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}
