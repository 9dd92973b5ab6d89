//! Templates of subjects and topics: text, and values of a message in braces.

use crate::message::Message;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Value(Value),
}

/// A value of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Cluster,
    Group,
    Version,
    Resource,
    Kind,
    Namespace,
    Name,
    Uid,
    Type,
}

/// The values by name.
pub(super) const NAMES: [(&str, Value); 9] = [
    ("cluster", Value::Cluster),
    ("group", Value::Group),
    ("version", Value::Version),
    ("resource", Value::Resource),
    ("kind", Value::Kind),
    ("namespace", Value::Namespace),
    ("name", Value::Name),
    ("uid", Value::Uid),
    ("type", Value::Type),
];

impl Value {
    /// Returns the value as the message has it.
    pub(super) fn of(self, message: &Message) -> &str {
        let resource = &message.resource;
        match self {
            Self::Cluster => &message.cluster,
            Self::Group => resource.group(),
            Self::Version => resource.version(),
            Self::Resource => resource.plural(),
            Self::Kind => resource.kind(),
            Self::Namespace => &message.namespace,
            Self::Name => &message.name,
            Self::Uid => &message.uid,
            Self::Type => message.change(),
        }
    }
}

/// Reads a template such as `k8s.{cluster}.{namespace}`.
///
/// # Errors
///
/// Says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        let Some((name, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
        else {
            return Err("a `{` without `}`, or a `}` without `{`".to_owned());
        };
        let value = NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let Some(value) = value else {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            return Err(format!("there is no `{{{name}}}`; there are {}", known.join(", ")));
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Value(value));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// Writes a template with these values.
pub(super) fn render<T: AsRef<str>>(parts: &[Part], mut value: impl FnMut(Value) -> T) -> String {
    let mut text = String::with_capacity(96);
    for part in parts {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Value(part) => text.push_str(value(*part).as_ref()),
        }
    }
    text
}
