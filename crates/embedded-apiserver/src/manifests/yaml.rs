//! Builds the values of YAML documents from the parser's events, one document at a time.

use serde_json::Value;
use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, StrInput, Tag};

use super::anchors::Anchors;
use super::go_number::float_as_key;
use super::mapping::{Key, Mapping};
use super::scalar::Scalar;
use super::syntax_error::SyntaxError;

/// The namespace of YAML's own tags: `!!int` is `tag:yaml.org,2002:int`.
const OWN_TAGS: &str = "tag:yaml.org,2002:";

/// The maximum nesting of lists and mappings, as in JSON that `serde_json` reads.
const MAX_DEPTH: usize = 127;

/// The documents of a text of YAML.
pub(super) struct YamlDocuments<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

/// Parses one document. A text without a document is null; of several documents, the first is returned.
pub(crate) fn parse_yaml(text: &str) -> Result<Value, SyntaxError> {
    let first = YamlDocuments::new(text).next().transpose()?;
    Ok(first.map_or(Value::Null, |(_, value)| value))
}

impl<'a> YamlDocuments<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { parser: Parser::new_from_str(text) }
    }
}

impl Iterator for YamlDocuments<'_> {
    /// The line where a document begins, from 1, and its value.
    type Item = Result<(usize, Value), SyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut building = Building::default();
        loop {
            let (event, at) = match self.parser.next_event()? {
                Ok((event, span)) => (event, span.start),
                Err(error) => return Some(Err(error.into())),
            };
            match building.add(event, at) {
                Ok(None) => {}
                Ok(Some(document)) => return Some(Ok(document)),
                Err(what) => return Some(Err(SyntaxError::new(at, what))),
            }
        }
    }
}

/// A document while it is read.
#[derive(Default)]
struct Building {
    anchors: Anchors,
    /// The lists and mappings that are open, with their anchors.
    open: Vec<(Collection, usize)>,
    root: Option<Value>,
    line: Option<usize>,
}

enum Collection {
    List(Vec<Value>),
    Mapping(Mapping),
}

impl Building {
    /// Adds an event. Returns the document at its end.
    fn add(
        &mut self,
        event: Event<'_>,
        at: Marker,
    ) -> Result<Option<(usize, Value)>, &'static str> {
        if event.is_node() {
            self.line.get_or_insert(at.line());
        }
        match event {
            Event::DocumentEnd => {
                let line = self.line.unwrap_or(at.line());
                return Ok(Some((line, self.root.take().unwrap_or_default())));
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style == ScalarStyle::Plain, anchor, tag.as_deref())?;
            }
            Event::Alias(anchor) => {
                let value = self.anchors.copy(anchor, MAX_DEPTH - self.open.len())?;
                self.place(value)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.start(Collection::List(Vec::new()), anchor)?;
            }
            Event::MappingStart(_, anchor, _) => {
                self.start(Collection::Mapping(Mapping::default()), anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some((collection, anchor)) = self.open.pop() {
                    let value = match collection {
                        Collection::List(items) => Value::Array(items),
                        Collection::Mapping(mapping) => mapping.into_value(),
                    };
                    self.anchors.define(anchor, &value)?;
                    self.place(value)?;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn start(&mut self, collection: Collection, anchor: usize) -> Result<(), &'static str> {
        if self.mapping_that_wants_key().is_some() {
            return Err("a list or mapping cannot be a key");
        }
        if self.open.len() == MAX_DEPTH {
            return Err("nested too deeply");
        }
        self.open.push((collection, anchor));
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), &'static str> {
        let own = tag.map(|tag| tag.suffix_in_namespace(OWN_TAGS).unwrap_or("".into()));
        let own = own.as_deref();
        let scalar = Scalar::resolve(text, plain, own)?;
        if let Some(mapping) = self.mapping_that_wants_key() {
            let is_merge = text == "<<" && (own == Some("merge") || own.is_none() && plain);
            let key = if is_merge { Key::Merge } else { Key::Name(scalar.clone().into_key()?) };
            mapping.start_member(key)?;
            if anchor != 0 {
                self.anchors.define(anchor, &scalar.into_json()?)?;
            }
            return Ok(());
        }
        let value = scalar.into_json()?;
        self.anchors.define(anchor, &value)?;
        self.place(value)
    }

    /// Adds a complete value to the innermost list or mapping.
    fn place(&mut self, value: Value) -> Result<(), &'static str> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Collection::List(items), _)) => items.push(value),
            Some((Collection::Mapping(mapping), _)) if mapping.wants_key() => {
                // An alias as a key.
                let key = match value {
                    Value::String(text) => text,
                    Value::Number(number) => match number.as_i64() {
                        Some(integer) => integer.to_string(),
                        None => float_as_key(number.as_f64().unwrap_or_default()),
                    },
                    Value::Bool(value) => value.to_string(),
                    _ => return Err("an alias as a key needs a scalar other than null"),
                };
                mapping.start_member(Key::Name(key))?;
            }
            Some((Collection::Mapping(mapping), _)) => mapping.end_member(value)?,
        }
        Ok(())
    }

    fn mapping_that_wants_key(&mut self) -> Option<&mut Mapping> {
        match self.open.last_mut() {
            Some((Collection::Mapping(mapping), _)) if mapping.wants_key() => Some(mapping),
            _ => None,
        }
    }
}
