//! The subjects that messages are published to, made of a template.
//!
//! Each value stands in one token: see [`encode`]. The empty group is `core`, and a group of that name `%63ore`.

use crate::message::Message;
use crate::nats::{Failure, encode};

/// How long a subject may be. A line of NATS' protocol has up to 4,096 bytes: besides the subject the one that is answered
/// to, and two lengths.
pub(super) const MAX_LENGTH: usize = 3_900;

/// A template of subjects.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Value(Value),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
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

const NAMES: [(&str, Value); 9] = [
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

impl Template {
    /// Reads a template such as `k8s.{cluster}.{namespace}.{name}`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::new(format!("`subject` {text:?}: {what}"));
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let Some((name, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
            else {
                return Err(wrong("a `{` without `}`, or a `}` without `{`"));
            };
            let value = NAMES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            let Some(value) = value else {
                let known: Vec<_> = NAMES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
                let known = known.join(", ");
                return Err(wrong(&format!("there is no `{{{name}}}`; there are {known}")));
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
        let template = Self(parts);
        let sample = template.render(|_| "x".to_owned());
        let is_bad = |c: char| matches!(c, '*' | '>') || c.is_whitespace() || c.is_control();
        if sample.contains(is_bad) {
            return Err(wrong("a wildcard, a space or a control character outside of `{}`"));
        }
        if sample.split('.').any(str::is_empty) {
            return Err(wrong(
                "an empty token: a dot at the beginning, at the end, or beside a dot",
            ));
        }
        if sample.starts_with('$') {
            return Err(wrong("subjects that begin with `$` are the server's own"));
        }
        for (name, value) in NAMES {
            let must = matches!(value, Value::Resource | Value::Namespace | Value::Name);
            if must && !template.0.contains(&Part::Value(value)) {
                return Err(wrong(&format!(
                    "it must have `{{{name}}}`, so that what was stored last for an object can be found out"
                )));
            }
        }
        Ok(template)
    }

    /// Returns the subject of a message.
    pub(super) fn subject(&self, message: &Message) -> String {
        self.render(|value| token(value, message))
    }

    /// Returns what messages have in common whose order must be kept: the subject with its type left open.
    pub(super) fn ordering_key(&self, message: &Message) -> String {
        self.render(|value| match value {
            Value::Type => "*".to_owned(),
            value => token(value, message),
        })
    }

    /// Returns the wildcard subject of all messages.
    pub(super) fn filter(&self) -> String {
        let sample = self.render(|_| "*".to_owned());
        let tokens = sample.split('.').map(|token| if token.contains('*') { "*" } else { token });
        tokens.collect::<Vec<_>>().join(".")
    }

    /// Returns a wildcard subject that a stream of these messages may have: the tokens that are the same in all of them.
    pub(super) fn prefix(&self) -> String {
        let filter = self.filter();
        let fixed = filter.split('.').take_while(|token| *token != "*");
        fixed.chain([">"]).collect::<Vec<_>>().join(".")
    }

    fn render(&self, mut value: impl FnMut(Value) -> String) -> String {
        let mut text = String::with_capacity(96);
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(part) => text.push_str(&value(*part)),
            }
        }
        text
    }
}

fn token(value: Value, message: &Message) -> String {
    let resource = &message.resource;
    match value {
        Value::Cluster => encode(&message.cluster),
        Value::Group => match resource.group() {
            "" => "core".to_owned(),
            "core" => "%63ore".to_owned(),
            group => encode(group),
        },
        Value::Version => encode(resource.version()),
        Value::Resource => encode(resource.plural()),
        Value::Kind => encode(resource.kind()),
        Value::Namespace => encode(&message.namespace),
        Value::Name => encode(&message.name),
        Value::Uid => encode(&message.uid),
        Value::Type => message.change().to_owned(),
    }
}
