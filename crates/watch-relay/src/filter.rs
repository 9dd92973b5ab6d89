//! Which events are relayed: an expression of CEL, the language of Kubernetes' own policies.

use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr};
use cel::objects::{Key, Map as CelMap, ResolveResult};
use cel::{Context, ExecutionError, IdedExpr, Program, Value};
use serde_json::Value as Json;
use watch_protocol::EventType;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Filter(Program);

impl Filter {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        let program = Program::compile(text).map_err(|errors| {
            let lines = errors.to_string();
            lines.split_whitespace().collect::<Vec<_>>().join(" ")
        })?;
        if let Some(name) = unknown_variable(program.expression(), &mut known_variables()) {
            return Err(format!("{name:?} is unknown; there are object, oldObject and type"));
        }
        // Functions are looked up when they are called.
        let references = program.references();
        let mut functions = references.functions().into_iter();
        let is_name = |name: &&str| name.chars().all(char::is_alphanumeric);
        if let Some(name) = functions.find(|name| is_name(name) && !is_function(name)) {
            return Err(format!("the function {name:?} is unknown"));
        }
        Ok(Self(program))
    }

    /// Returns whether an event is to be relayed.
    ///
    /// # Errors
    ///
    /// Says why it cannot be evaluated, as when a field does not exist.
    pub(crate) fn matches(
        &self,
        etype: EventType,
        object: &Json,
        old_object: Option<&Json>,
    ) -> Result<bool, String> {
        match self.execute(etype, object, old_object) {
            Ok(Value::Bool(matches)) => Ok(matches),
            Ok(_) => Err("the expression is neither true nor false".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn execute(&self, etype: EventType, object: &Json, old_object: Option<&Json>) -> ResolveResult {
        let mut context = Context::default();
        context.add_variable_from_value("object", value(object));
        context.add_variable_from_value("oldObject", old_object.map_or(Value::Null, value));
        context.add_variable_from_value("type", etype.as_str());
        self.0.execute(&context)
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

/// The variables, and the types, whose names are variables of CEL, too.
fn known_variables() -> Vec<String> {
    let types = ["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type"];
    ["object", "oldObject", "type"].into_iter().chain(types).map(str::to_owned).collect()
}

/// Returns a variable of an expression that is not known. Macros such as `exists` have variables of their own.
fn unknown_variable(expression: &IdedExpr, known: &mut Vec<String>) -> Option<String> {
    let mut find = |expressions: &[&IdedExpr]| {
        expressions.iter().find_map(|expression| unknown_variable(expression, known))
    };
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) => None,
        Expr::Ident(name) => (!known.contains(name)).then(|| name.clone()),
        Expr::Select(select) => find(&[&select.operand]),
        Expr::Call(call) => call
            .target
            .iter()
            .find_map(|target| find(&[target]))
            .or_else(|| find(&refs(&call.args))),
        Expr::List(list) => find(&refs(&list.elements)),
        Expr::Map(map) => map.entries.iter().find_map(|entry| find(&parts(&entry.expr))),
        Expr::Struct(fields) => fields.entries.iter().find_map(|entry| find(&parts(&entry.expr))),
        Expr::Comprehension(each) => {
            let outside = find(&[&each.iter_range, &each.accu_init]);
            outside.or_else(|| {
                let before = known.len();
                known.extend([each.iter_var.clone(), each.accu_var.clone()]);
                known.extend(each.iter_var2.clone());
                let inside = [&each.loop_cond, &each.loop_step, &each.result];
                let found = inside.into_iter().find_map(|inside| unknown_variable(inside, known));
                known.truncate(before);
                found
            })
        }
    }
}

fn refs(expressions: &[IdedExpr]) -> Vec<&IdedExpr> {
    expressions.iter().collect()
}

fn parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
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

    fn matches(text: &str, old: Option<&Json>) -> Result<bool, String> {
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
        let error = matches("object.spec.missing == 1", None).unwrap_err();
        assert!(error.contains("missing"), "{error}");
        assert!(matches("object.spec.replicas", None).unwrap_err().contains("neither true"));
        let error = Filter::compile("object.status ==").unwrap_err();
        assert!(!error.contains('\n') && !error.is_empty(), "{error}");
        for text in ["object.metadata.name.beginsWith('a')", "starts(object)"] {
            let error = Filter::compile(text).unwrap_err();
            assert!(error.contains("is unknown"), "{text}: {error}");
        }
        let error = Filter::compile("pod.status.phase == 'x'").unwrap_err();
        assert!(error.contains("\"pod\" is unknown"), "{error}");
    }
}
