//! The supported messages: the numbers, names and types of their fields.
//!
//! They are facts from `generated.proto` and `types.go` of Kubernetes 1.20; field numbers never change. In
//! `messages.txt` a line with `=` maps a kind to its message, an unindented line starts a message, and each
//! indented line is one of its fields.

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages::parse(TEXT));

const TEXT: &str = include_str!("messages.txt");

#[derive(Debug, Default)]
pub(super) struct Messages {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    fields: HashMap<&'static str, Vec<Field>>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u64,
    /// The name in JSON.
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) kind: Kind,
}

/// How a field is represented in its JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A zero value is omitted.
    Plain,
    /// A zero value is kept.
    Pointer,
    /// The message's members are members of the object.
    Inline,
    List,
    /// A map with string keys.
    Map,
}

/// A field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Bytes,
    Bool,
    Int,
    Time,
    Quantity,
    IntOrString,
    Json,
    Message(&'static str),
}

impl Messages {
    fn parse(text: &'static str) -> Self {
        let mut messages = Self::default();
        let mut current = "";
        for line in text.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            match words[..] {
                ["=", api_version, kind, message] => {
                    messages.kinds.insert((api_version, kind), message);
                }
                [message] => current = message,
                [number, name, ref kind @ ..] => {
                    messages
                        .fields
                        .entry(current)
                        .or_default()
                        .extend(Field::parse(number, name, kind));
                }
                [] => {}
            }
        }
        messages
    }

    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&'static str> {
        // DeleteOptions are the same in every group, whose version clients send with them.
        let api_version = if kind == "DeleteOptions" { "v1" } else { api_version };
        self.kinds.get(&(api_version, kind)).copied()
    }

    pub(super) fn fields(&self, message: &str) -> &[Field] {
        self.fields.get(message).map_or(&[], Vec::as_slice)
    }
}

impl Field {
    fn parse(number: &str, name: &'static str, kind: &[&'static str]) -> Option<Self> {
        let (form, kind) = match *kind {
            [kind] => (Form::Plain, kind),
            ["pointer", kind] => (Form::Pointer, kind),
            ["inline", kind] => (Form::Inline, kind),
            ["list", kind] => (Form::List, kind),
            ["map", kind] => (Form::Map, kind),
            _ => return None,
        };
        let kind = match kind {
            "string" => Kind::String,
            "bytes" => Kind::Bytes,
            "bool" => Kind::Bool,
            "int32" | "int64" => Kind::Int,
            "Time" | "MicroTime" => Kind::Time,
            "Quantity" => Kind::Quantity,
            "IntOrString" => Kind::IntOrString,
            "Json" => Kind::Json,
            message => Kind::Message(message),
        };
        Some(Self { number: number.parse().ok()?, name, form, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_parsed_and_every_message_is_defined() {
        let lines = |is: fn(&str) -> bool| TEXT.lines().filter(|line| is(line)).count();
        let fields: usize = MESSAGES.fields.values().map(Vec::len).sum();
        assert_eq!(fields, lines(|line| line.starts_with(' ')));
        assert_eq!(MESSAGES.kinds.len(), lines(|line| line.starts_with('=')));
        let defined: Vec<_> = TEXT.lines().filter(|l| !l.starts_with([' ', '='])).collect();
        let named = MESSAGES.fields.values().flatten().filter_map(|field| match field.kind {
            Kind::Message(message) => Some(message),
            _ => None,
        });
        for message in named.chain(MESSAGES.kinds.values().copied()) {
            assert!(defined.contains(&message), "{message}");
        }
    }
}
