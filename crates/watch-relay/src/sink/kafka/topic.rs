//! The topics that records go to, made of a template.
//!
//! | value | written as |
//! |---|---|
//! | letters, digits, `.` and `-` | as they are |
//! | all else | `_` and two hexadecimal digits a byte |
//! | the empty group | `core`; a group of that name as `_63ore` |
//! | another empty value, such as the namespace of a cluster-scoped object | `_` |

use std::fmt::Write as _;

use crate::message::Message;
use crate::sink::SinkError;
use crate::sink::template::{Part, Value, parse, render};

/// How long Kafka lets a topic's name be.
const MAX_LENGTH: usize = 249;

/// A template of topics.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads a template such as `k8s.{cluster}.{resource}`.
    pub(super) fn parse(text: &str) -> Result<Self, SinkError> {
        let wrong = |what: &str| SinkError::new(format!("`topic` {text:?}: {what}"));
        let parts = parse(text).map_err(|what| wrong(&what))?;
        for part in &parts {
            match part {
                Part::Text(text) if !text.chars().all(is_valid) => {
                    return Err(wrong(
                        "outside of `{}` a topic has only letters, digits, `.`, `_` and `-`",
                    ));
                }
                Part::Value(Value::Name | Value::Uid) => {
                    return Err(wrong("each object would have a topic of its own; leave it out"));
                }
                Part::Value(Value::Type) => {
                    return Err(wrong(
                        "the events of an object would be in several topics, which keep no common order; leave out \
                         `{type}`",
                    ));
                }
                _ => {}
            }
        }
        let template = Self(parts);
        check(&render(&template.0, |_| "x")).map_err(|what| wrong(&what))?;
        Ok(template)
    }

    /// Returns the topic, if it is the same for all messages.
    pub(super) fn fixed(&self) -> Option<String> {
        let is_fixed = self.0.iter().all(|part| matches!(part, Part::Text(_)));
        is_fixed.then(|| render(&self.0, |_| ""))
    }

    /// Returns the topic of a message.
    ///
    /// # Errors
    ///
    /// Says why Kafka cannot have such a topic.
    pub(super) fn topic(&self, message: &Message) -> Result<String, String> {
        let topic = render(&self.0, |value| encode(value, value.of(message)));
        check(&topic).map(|()| topic)
    }
}

/// Checks a topic all of whose characters are valid.
fn check(topic: &str) -> Result<(), String> {
    match topic {
        "" | "." | ".." => Err(format!("{topic:?} cannot be the name of a topic")),
        _ if topic.len() > MAX_LENGTH => {
            let length = topic.len();
            Err(format!(
                "its topic has {length} bytes, and {MAX_LENGTH} is the limit; shorten `topic`"
            ))
        }
        _ => Ok(()),
    }
}

fn is_valid(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn encode(value: Value, text: &str) -> String {
    match (value, text) {
        (Value::Group, "") => "core".to_owned(),
        (Value::Group, "core") => "_63ore".to_owned(),
        (_, "") => "_".to_owned(),
        _ => {
            let mut topic = String::with_capacity(text.len());
            for byte in text.bytes() {
                match char::from(byte) {
                    c if c != '_' && is_valid(c) => topic.push(c),
                    _ => write!(topic, "_{byte:02x}").expect("a text takes everything"),
                }
            }
            topic
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use watchable_core::{ResourceInfo, Scope};

    use super::*;
    use crate::testing::message;

    fn topic(template: &str, change: impl FnOnce(&mut Message)) -> Result<String, String> {
        let mut message = message("c/u/1");
        change(&mut message);
        Template::parse(template).map_err(|error| error.to_string())?.topic(&message)
    }

    #[test]
    fn values_are_made_safe() {
        let template = "k8s.{cluster}.{group}.{version}.{resource}.{kind}.{namespace}";
        assert_eq!(topic(template, |_| ()).as_deref(), Ok("k8s.prod.core.v1.pods.Pod.shop"));
        let odd = topic("{cluster}-{group}-{namespace}", |message| {
            message.cluster = "eu west/ü_1".into();
            message.namespace = String::new();
            let info = ResourceInfo::new("core", "v1", "A", "as", Scope::Cluster);
            message.resource = Arc::new(info);
        });
        assert_eq!(odd.as_deref(), Ok("eu_20west_2f_c3_bc_5f1-_63ore-_"));
    }

    #[test]
    fn topic_that_kafka_cannot_have_is_refused() {
        let long = topic("k8s.{cluster}", |message| message.cluster = "x".repeat(246).into());
        assert_eq!(
            long.expect_err("it is too long"),
            "its topic has 250 bytes, and 249 is the limit; shorten `topic`"
        );
        let dots = topic("{cluster}", |message| message.cluster = "..".into());
        assert_eq!(dots.expect_err("it is none"), "\"..\" cannot be the name of a topic");
    }

    #[test]
    fn template_is_checked() {
        for (template, part) in [
            ("", "cannot be the name"),
            ("..", "cannot be the name"),
            ("a b", "only letters"),
            ("ä", "only letters"),
            ("a{b", "a `{` without `}`"),
            ("{pod}", "there is no `{pod}`"),
            ("k8s.{name}", "a topic of its own"),
            ("k8s.{uid}", "a topic of its own"),
            ("k8s.{type}", "no common order"),
        ] {
            let error = Template::parse(template).expect_err(template).to_string();
            let start = format!("`topic` {template:?}: ");
            assert!(error.starts_with(&start) && error.contains(part), "{error}");
        }
    }

    #[test]
    fn template_without_values_is_fixed() {
        let fixed = |template| Template::parse(template).expect("it is valid").fixed();
        assert_eq!((fixed("a.b").as_deref(), fixed("a.{kind}")), (Some("a.b"), None));
    }
}
