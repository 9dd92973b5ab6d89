//! The subjects that messages are published to, made of a template.
//!
//! Each value stands in one token: see [`encode`]. The empty group is `core`, and a group of that name `%63ore`.

use std::borrow::Cow;

use crate::message::Message;
use crate::nats::{Failure, encode};
use crate::sink::template::{NAMES, Part, Value, parse, render};

/// How long a subject may be. A line of NATS' protocol has up to 4,096 bytes: besides the subject the one that is answered
/// to, and two lengths.
pub(super) const MAX_LENGTH: usize = 3_900;

/// A template of subjects.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads a template such as `k8s.{cluster}.{namespace}.{name}`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::new(format!("`subject` {text:?}: {what}"));
        let template = Self(parse(text).map_err(|what| wrong(&what))?);
        let sample = template.render(|_| "x");
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
            Value::Type => "*".into(),
            value => token(value, message),
        })
    }

    /// Returns the wildcard subject of all messages.
    pub(super) fn filter(&self) -> String {
        let sample = self.render(|_| "*");
        let tokens = sample.split('.').map(|token| if token.contains('*') { "*" } else { token });
        tokens.collect::<Vec<_>>().join(".")
    }

    /// Returns a wildcard subject that a stream of these messages may have: the tokens that are the same in all of them.
    pub(super) fn prefix(&self) -> String {
        let filter = self.filter();
        let fixed = filter.split('.').take_while(|token| *token != "*");
        fixed.chain([">"]).collect::<Vec<_>>().join(".")
    }

    fn render<T: AsRef<str>>(&self, value: impl FnMut(Value) -> T) -> String {
        render(&self.0, value)
    }
}

fn token(value: Value, message: &Message) -> Cow<'_, str> {
    match (value, value.of(message)) {
        (Value::Group, "") => "core".into(),
        (Value::Group, "core") => "%63ore".into(),
        (Value::Type, change) => change.into(),
        (_, text) => encode(text),
    }
}
