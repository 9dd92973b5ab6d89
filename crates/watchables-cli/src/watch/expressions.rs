//! `--where` and `--until`: which events are printed, and which is the last.

use anyhow::anyhow;
use serde_json::Value;
use watch_filter::{EvaluationError, Filter};
use watchables::{DynamicObject, WatchEvent};

use crate::args::ExpressionArgs;
use crate::say::say;

/// The expressions of the command line.
pub(crate) struct Expressions {
    chosen: Option<Expression>,
    until: Option<Expression>,
}

/// What becomes of an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    LeftOut,
    Printed,
    /// It is printed, and the watch ends.
    Last,
}

impl Expressions {
    /// Compiles them.
    ///
    /// # Errors
    ///
    /// Says which is malformed, and how.
    pub(crate) fn new(args: &ExpressionArgs) -> anyhow::Result<Self> {
        let compile = |option, text: &Option<String>| {
            text.as_deref().map(|text| Expression::new(option, text)).transpose()
        };
        Ok(Self {
            chosen: compile("--where", &args.chosen)?,
            until: compile("--until", &args.until)?,
        })
    }

    /// Whether they mention the object before.
    pub(crate) fn need_old_objects(&self) -> bool {
        self.all().any(|expression| expression.filter.uses_old_object())
    }

    /// Decides about an event. `kind` is the singular name of its resource, for notices.
    pub(crate) fn judge(
        &mut self,
        event: &WatchEvent<DynamicObject>,
        before: Option<&str>,
        kind: &str,
    ) -> Verdict {
        if self.all().next().is_none() {
            return Verdict::Printed;
        }
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let judged = Judged { event, object: parse(event.obj.json()), before: before.map(parse) };
        let is_true = |expression: &mut Option<Expression>| {
            let expression = expression.as_mut()?;
            let (is_true, notice) = expression.evaluate(&judged, kind);
            if let Some(notice) = notice {
                say!("{notice}");
            }
            Some(is_true)
        };
        if is_true(&mut self.chosen) == Some(false) {
            return Verdict::LeftOut;
        }
        match is_true(&mut self.until) {
            Some(true) => Verdict::Last,
            _ => Verdict::Printed,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Expression> {
        self.chosen.iter().chain(&self.until)
    }
}

struct Judged<'a> {
    event: &'a WatchEvent<DynamicObject>,
    object: Value,
    before: Option<Value>,
}

struct Expression {
    option: &'static str,
    filter: Filter,
    /// Whether it was said that it cannot be evaluated.
    was_noticed: bool,
}

impl Expression {
    fn new(option: &'static str, text: &str) -> anyhow::Result<Self> {
        let filter = Filter::compile(text).map_err(|error| anyhow!("{option}: {error}"))?;
        Ok(Self { option, filter, was_noticed: false })
    }

    /// Returns whether it is true, and what to say about it. What cannot be evaluated counts as false.
    fn evaluate(&mut self, judged: &Judged<'_>, kind: &str) -> (bool, Option<String>) {
        let Judged { event, object, before } = judged;
        match self.filter.matches(event.etype, object, before.as_ref()) {
            Ok(is_true) => (is_true, None),
            Err(error) if !self.was_noticed => {
                self.was_noticed = true;
                let name = event.obj.name().unwrap_or_default();
                (false, Some(self.notice(&error, &format!("{kind}/{name}"))))
            }
            Err(_) => (false, None),
        }
    }

    fn notice(&self, error: &EvaluationError, object: &str) -> String {
        let option = self.option;
        let advice = match error.condition() {
            Some(condition) => {
                format!("; to expect that, write: {condition} && (…)")
            }
            None => String::new(),
        };
        format!("{option} counts as false for {object}: {error}{advice} (this is said once)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchables::{EventSource, EventType, Origin};

    use super::*;

    fn expressions(chosen: Option<&str>, until: Option<&str>) -> anyhow::Result<Expressions> {
        let [chosen, until] = [chosen, until].map(|text| text.map(str::to_owned));
        Expressions::new(&ExpressionArgs { chosen, until })
    }

    fn event(phase: &str) -> WatchEvent<DynamicObject> {
        let object = json!({"metadata": {"name": "a"}, "status": {"phase": phase}});
        WatchEvent {
            etype: EventType::Modified,
            obj: serde_json::from_value(object).unwrap(),
            origin: Origin::Live,
            source: EventSource::named("x"),
        }
    }

    #[test]
    fn only_chosen_events_can_be_the_last() {
        let mut none = expressions(None, None).unwrap();
        assert_eq!(none.judge(&event("A"), None, "pod"), Verdict::Printed);
        let (chosen, until) = ("object.status.phase != 'A'", "object.status.phase in ['A', 'C']");
        let mut both = expressions(Some(chosen), Some(until)).unwrap();
        let mut verdict = |phase| both.judge(&event(phase), None, "pod");
        assert_eq!(verdict("A"), Verdict::LeftOut);
        assert_eq!(verdict("B"), Verdict::Printed);
        assert_eq!(verdict("C"), Verdict::Last);
    }

    #[test]
    fn what_cannot_be_evaluated_is_false_and_said_once() {
        let mut expression = Expression::new("--where", "object.spec.replicas > 1").unwrap();
        let event = event("A");
        let object = serde_json::from_str(event.obj.json()).unwrap();
        let judged = Judged { event: &event, object, before: None };
        let (is_true, notice) = expression.evaluate(&judged, "pod");
        assert!(!is_true);
        assert_eq!(
            notice.unwrap(),
            "--where counts as false for pod/a: there is no field \"spec\"; to expect that, write: \
             has(object.spec) && (…) (this is said once)"
        );
        assert_eq!(expression.evaluate(&judged, "pod"), (false, None));
    }

    #[test]
    fn malformed_expressions_are_named() {
        let error = |chosen, until| expressions(chosen, until).err().unwrap().to_string();
        assert!(error(Some("pod.x"), None).starts_with("--where: \"pod\" is unknown; there are"));
        assert!(error(None, Some("object.")).starts_with("--until: "));
        assert!(expressions(None, Some("oldObject == null")).unwrap().need_old_objects());
        assert!(!expressions(Some("true"), Some("false")).unwrap().need_old_objects());
    }
}
