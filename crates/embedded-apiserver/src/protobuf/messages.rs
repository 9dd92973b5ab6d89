//! The messages that are known: the numbers, names and types of their fields.
//!
//! They are facts of the `generated.proto` and `types.go` of Kubernetes 1.20; numbers never change. In
//! `messages.txt` a line with `=` tells the message of a kind, a line at the margin begins a message,
//! and each line below is one of its fields.

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages::read(TEXT));

const TEXT: &str = include_str!("messages.txt");

#[derive(Debug, Default)]
pub(super) struct Messages {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    fields: HashMap<&'static str, Vec<Field>>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u64,
    /// Its name in JSON.
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) kind: Kind,
}

/// How a field lies in its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A zero says nothing.
    Plain,
    /// A zero is a value as any other.
    Pointer,
    /// Its members are the object's own in JSON.
    Inline,
    List,
    /// A map from texts.
    Map,
}

/// A field's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bytes,
    Flag,
    Number,
    Time,
    Quantity,
    NumberOrText,
    Json,
    Message(&'static str),
}

impl Messages {
    fn read(text: &'static str) -> Self {
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
                        .extend(Field::read(number, name, kind));
                }
                [] => {}
            }
        }
        messages
    }

    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&'static str> {
        // Options are the same in each group, which they tell as theirs.
        let api_version = if kind == "DeleteOptions" { "v1" } else { api_version };
        self.kinds.get(&(api_version, kind)).copied()
    }

    pub(super) fn fields(&self, message: &str) -> &[Field] {
        self.fields.get(message).map_or(&[], Vec::as_slice)
    }
}

impl Field {
    fn read(number: &str, name: &'static str, kind: &[&'static str]) -> Option<Self> {
        let (place, kind) = match *kind {
            [kind] => (Place::Plain, kind),
            ["pointer", kind] => (Place::Pointer, kind),
            ["inline", kind] => (Place::Inline, kind),
            ["list", kind] => (Place::List, kind),
            ["map", kind] => (Place::Map, kind),
            _ => return None,
        };
        let kind = match kind {
            "string" => Kind::Text,
            "bytes" => Kind::Bytes,
            "bool" => Kind::Flag,
            "int32" | "int64" => Kind::Number,
            "Time" | "MicroTime" => Kind::Time,
            "Quantity" => Kind::Quantity,
            "IntOrString" => Kind::NumberOrText,
            "Json" => Kind::Json,
            message => Kind::Message(message),
        };
        Some(Self { number: number.parse().ok()?, name, place, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_message_is_there() {
        let lines = |is: fn(&str) -> bool| TEXT.lines().filter(|line| is(line)).count();
        let fields: usize = MESSAGES.fields.values().map(Vec::len).sum();
        assert_eq!(fields, lines(|line| line.starts_with(' ')));
        assert_eq!(MESSAGES.kinds.len(), lines(|line| line.starts_with('=')));
        let begun: Vec<_> = TEXT.lines().filter(|l| !l.starts_with([' ', '='])).collect();
        let named = MESSAGES.fields.values().flatten().filter_map(|field| match field.kind {
            Kind::Message(message) => Some(message),
            _ => None,
        });
        for message in named.chain(MESSAGES.kinds.values().copied()) {
            assert!(begun.contains(&message), "{message}");
        }
    }
}
