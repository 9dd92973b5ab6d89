//! A compiled expression.

use std::sync::Arc;

use cel::objects::{Key, Map as CelMap, ResolveResult};
use cel::{Context, ExecutionError, Program, Value};
use serde_json::Value as Json;
use watch_protocol::EventType;

use crate::error::{CompileError, EvaluationError};
use crate::variables::{self, OBJECT, OLD_OBJECT, TYPE};

/// A compiled expression on `object`, `oldObject` (the object before, or `null`) and `type` (`ADDED`, `MODIFIED`,
/// `DELETED`).
#[derive(Debug)]
pub struct Filter {
    program: Program,
    uses_object: bool,
    uses_old_object: bool,
}

impl Filter {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it: its syntax, a variable or a function that does not exist.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        let program = Program::compile(text).map_err(|errors| CompileError::of_syntax(&errors))?;
        if let Some(name) = variables::unknown(program.expression()) {
            let text = format!("{name:?} is unknown; there are object, oldObject and type");
            return Err(CompileError::new(text));
        }
        // Functions are looked up when they are called.
        let references = program.references();
        let mut functions = references.functions().into_iter();
        let is_name = |name: &&str| name.chars().all(char::is_alphanumeric);
        if let Some(name) = functions.find(|name| is_name(name) && !is_function(name)) {
            return Err(CompileError::new(format!("the function {name:?} is unknown")));
        }
        let [uses_object, uses_old_object] =
            [OBJECT, OLD_OBJECT].map(|name| references.has_variable(name));
        drop(references);
        Ok(Self { program, uses_object, uses_old_object })
    }

    /// Returns whether it mentions `oldObject`. Otherwise nothing has to be kept of objects.
    pub fn uses_old_object(&self) -> bool {
        self.uses_old_object
    }

    /// Returns whether it is true for an event.
    ///
    /// # Errors
    ///
    /// Says why it cannot be evaluated, as when a field does not exist.
    pub fn matches(
        &self,
        etype: EventType,
        object: &Json,
        old_object: Option<&Json>,
    ) -> Result<bool, EvaluationError> {
        match self.execute(etype, object, old_object) {
            Ok(Value::Bool(matches)) => Ok(matches),
            Ok(value) => Err(EvaluationError::not_a_boolean(&value)),
            Err(error) => {
                let lacks_old_object = self.uses_old_object && old_object.is_none();
                Err(EvaluationError::new(&error, self.program.expression(), lacks_old_object))
            }
        }
    }

    fn execute(&self, etype: EventType, object: &Json, old_object: Option<&Json>) -> ResolveResult {
        let mut context = Context::default();
        // What is not mentioned need not be converted.
        if self.uses_object {
            context.add_variable_from_value(OBJECT, value(object));
        }
        if self.uses_old_object {
            context.add_variable_from_value(OLD_OBJECT, old_object.map_or(Value::Null, value));
        }
        context.add_variable_from_value(TYPE, etype.as_str());
        self.program.execute(&context)
    }
}

/// Whether there is a function of this name: some call of it fails in another way, or does not.
fn is_function(name: &str) -> bool {
    let time = "timestamp('2024-01-01T00:00:00Z')";
    let targets = ["", "''.", "[].", "{}.", &format!("{time}."), "duration('1s')."];
    let calls = targets.iter().flat_map(|target| {
        ["", "''", "[]", time].map(|argument| format!("{target}{name}({argument})"))
    });
    calls
        .map(|call| Program::compile(&call).map(|call| call.execute(&Context::default())))
        .any(|called| !matches!(called, Err(_) | Ok(Err(ExecutionError::UndeclaredReference(_)))))
}

/// Converts JSON. Whole numbers are `int`, as Kubernetes has them.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            (None, None) => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(value).collect())),
        Json::Object(members) => {
            let members =
                members.iter().map(|(name, member)| (Key::from(name.clone()), value(member)));
            Value::Map(CelMap { map: Arc::new(members.collect()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(text: &str, old: Option<&Json>) -> Result<bool, EvaluationError> {
        let object = json!({
            "metadata": {"name": "web-1", "labels": {"a.b/c": "x"},
                "creationTimestamp": "2026-11-30T10:00:00Z"},
            "spec": {"replicas": 3}, "status": {"phase": "Failed"},
        });
        Filter::compile(text).unwrap().matches(EventType::Modified, &object, old)
    }

    #[test]
    fn expressions_see_object_old_object_and_type() {
        let old = json!({"status": {"phase": "Running"}});
        for text in [
            "object.status.phase == 'Failed'",
            "object.status.phase != oldObject.status.phase",
            "object.spec.replicas + 1 > 3 && object.spec.replicas in [3, 4]",
            "type == 'MODIFIED' && object.metadata.name.startsWith('web-')",
            "object.metadata.labels['a.b/c'] == 'x' && !has(object.spec.paused)",
            "timestamp(object.metadata.creationTimestamp).getFullYear() == 2026",
            "object.metadata.name.size() == 5 && size(object.spec) == 1 && int('3') == 3",
            "['a', 'b'].exists(c, c == 'b') && object.metadata.name.matches('^web-[0-9]+$')",
        ] {
            assert_eq!(matches(text, Some(&old)), Ok(true), "{text}");
        }
        assert_eq!(matches("oldObject == null", None), Ok(true));
        assert_eq!(matches("oldObject != null && oldObject.spec.x == 1", None), Ok(false));
    }

    #[test]
    fn what_cannot_be_evaluated_is_said() {
        for (text, said, condition) in [
            (
                "object.spec.missing == 1",
                "there is no field \"missing\"",
                Some("has(object.spec.missing)"),
            ),
            (
                "has(object.spec.paused.since) && true",
                "there is no field \"paused\"",
                Some("has(object.spec.paused)"),
            ),
            (
                "object.metadata.labels['x'].y == 1",
                "there is no field \"x\"",
                Some("'x' in object.metadata.labels"),
            ),
            (
                "object.metadata.name.missing == ''",
                "a field is read of something that is no object",
                None,
            ),
            (
                "oldObject.status.phase == 'x'",
                "oldObject is null: what the object was before is not known",
                Some("oldObject != null"),
            ),
            (
                "object.spec.replicas",
                "the expression is neither true nor false, but a number",
                None,
            ),
        ] {
            let error = matches(text, None).unwrap_err();
            assert_eq!(
                (error.to_string().as_str(), error.condition()),
                (said, condition),
                "{text}"
            );
        }
        let compile = |text: &str| Filter::compile(text).unwrap_err().to_string();
        for (text, said) in [
            (
                "object.status ==",
                "it is not CEL at character 17: it ends where something has to follow",
            ),
            ("type = 'x'", "it is not CEL at character 6: = is no operator; == compares"),
            ("type == 'x", "it is not CEL at character 9: a text has no closing quote"),
            ("(true", "it is not CEL at character 6: ) is missing at the end"),
            ("true &&\n)", "it is not CEL at line 2, character 1: ) cannot stand here"),
        ] {
            assert_eq!(compile(text), said);
        }
        for text in ["object.metadata.name.beginsWith('a')", "starts(object)"] {
            let error = compile(text);
            assert!(error.contains("is unknown"), "{text}: {error}");
        }
        let error = compile("pod.status.phase == 'x'");
        assert!(error.contains("\"pod\" is unknown"), "{error}");
    }

    #[test]
    fn values_are_in_no_error() {
        for text in [
            "object.metadata.name < 3",
            "object.metadata.name + 3 == 4",
            "object.metadata.name == object.metadata.labels[object.spec]",
            "object.metadata.name.size() / 0 == 1",
            "object.metadata.name[object.status] == ''",
            "-object.metadata.name == 1",
            "!object.metadata.name",
            "timestamp(object.metadata.name) < timestamp(object.metadata.name)",
            "duration(object.metadata.name) == duration('1s')",
            "int(object.metadata.name) == 1",
            "object.metadata.name.exists(c, c == 'x')",
            "object.metadata.labels[object.metadata.name] == 'x'",
            "object.metadata.name.matches('(')",
            "{object.metadata.name: 1, object.metadata.name: 2} == {}",
            "object.metadata.name ? true : false",
        ] {
            let error = matches(text, None).map(|_| text).unwrap_err().to_string();
            assert!(!error.contains("web-1") && !error.contains("Failed"), "{text}: {error}");
        }
    }

    #[test]
    fn it_is_known_whether_the_old_object_is_used() {
        let uses = |text: &str| Filter::compile(text).unwrap().uses_old_object();
        assert!(uses("type == 'ADDED' || has(oldObject.spec)"));
        assert!(uses("[1].exists(c, oldObject.spec == c)"));
        assert!(!uses("object.oldObject == 'oldObject'"));
    }
}
