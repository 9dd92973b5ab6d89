//! Why an expression cannot be used, or evaluated.

use std::error::Error;
use std::fmt;

use cel::objects::ValueType;
use cel::{ExecutionError, IdedExpr, ParseError, ParseErrors, Value};

use crate::variables::{self, Need, OLD_OBJECT};

/// What is wrong with an expression, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError(String);

impl CompileError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Of several errors, the first: the others mostly follow from it.
    pub(crate) fn of_syntax(errors: &ParseErrors) -> Self {
        let Some(ParseError { pos: (line, column), msg, .. }) = errors.errors.first() else {
            return Self::new("it is not CEL");
        };
        let message = msg.strip_prefix("Syntax error: ").unwrap_or(msg);
        // What could stand there instead is a list of half the grammar.
        let message = message.split(" expecting {").next().unwrap_or(message);
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = in_words(&message);
        let place = match line {
            1 => format!("character {column}"),
            _ => format!("line {line}, character {column}"),
        };
        Self::new(format!("it is not CEL at {place}: {message}"))
    }
}

/// Says what the parser has found, for people who do not know its grammar.
fn in_words(message: &str) -> String {
    // The parser puts quotes around tokens, which may have some of their own.
    let quoted = |text: &str| {
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        inner.unwrap_or(text).trim().to_owned()
    };
    let after = |prefix: &str| message.strip_prefix(prefix).map(quoted);
    if let Some(token) = after("token recognition error at: ") {
        return match token.chars().next() {
            Some('=') => "= is no operator; == compares".to_owned(),
            Some('&') => "& is no operator; && is \"and\"".to_owned(),
            Some('|') => "| is no operator; || is \"or\"".to_owned(),
            Some('\'' | '"') | None => "a text has no closing quote".to_owned(),
            Some(_) => format!("{token} has no meaning here"),
        };
    }
    if let Some((missing, place)) =
        message.strip_prefix("missing ").and_then(|rest| rest.split_once(" at "))
    {
        let place = match quoted(place).as_str() {
            "<EOF>" => "at the end".to_owned(),
            place => format!("before {place}"),
        };
        return format!("{} is missing {place}", quoted(missing));
    }
    let unexpected = ["mismatched input ", "extraneous input ", "no viable alternative at input "];
    match unexpected.iter().find_map(|prefix| after(prefix)) {
        Some(token) if token == "<EOF>" => "it ends where something has to follow".to_owned(),
        Some(token) => format!("{token} cannot stand here"),
        None => message.replace("'<EOF>'", "its end"),
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for CompileError {}

/// Why an expression cannot be evaluated for an event. It has no values of the object, which may be those of a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationError {
    text: String,
    condition: Option<String>,
}

impl EvaluationError {
    /// Returns the condition under which the expression could be evaluated, such as `has(object.status)`, if there is one
    /// that can be written before it with `&&`.
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    pub(crate) fn not_a_boolean(value: &Value) -> Self {
        let text =
            format!("the expression is neither true nor false, but {}", name(value.type_of()));
        Self { text, condition: None }
    }

    /// `lacks_old_object` says whether the expression uses `oldObject`, and there was none.
    pub(crate) fn new(
        error: &ExecutionError,
        expression: &IdedExpr,
        lacks_old_object: bool,
    ) -> Self {
        let names = |value: &Value| name(value.type_of());
        let mut condition = None;
        let text = match error {
            ExecutionError::NoSuchKey(field) => {
                if let Some(need) = variables::need_of(field, expression) {
                    if let Need::Of(place) = need {
                        condition = Some(place);
                    }
                    format!("there is no field {field:?}")
                } else {
                    // The name is a value.
                    "an object has no field of this name".to_owned()
                }
            }
            ExecutionError::NoSuchOverload(error) if error.to_string().contains("'_._'") => {
                // Kubernetes omits members that are null.
                if error.to_string().contains("(null") && lacks_old_object {
                    condition = Some(format!("{OLD_OBJECT} != null"));
                    format!("{OLD_OBJECT} is null: what the object was before is not known")
                } else {
                    "a field is read of something that is no object".to_owned()
                }
            }
            // Their texts have values.
            ExecutionError::UnsupportedTargetType { target } => {
                format!("a function does not apply to {}", names(target))
            }
            ExecutionError::NotSupportedAsMethod { method, target } => {
                format!("{method:?} does not apply to {}", names(target))
            }
            ExecutionError::ValuesNotComparable(left, right) => {
                format!("{} cannot be compared to {}", names(left), names(right))
            }
            ExecutionError::UnsupportedBinaryOperator(operator, left, right)
            | ExecutionError::Overflow(operator, left, right) => {
                format!("{operator:?} cannot be applied to {} and {}", names(left), names(right))
            }
            ExecutionError::UnsupportedIndex(index, of) => {
                format!("{} cannot be an index of {}", names(index), names(of))
            }
            ExecutionError::UnsupportedKeyType(key) | ExecutionError::DuplicateKey(key) => {
                format!("{} cannot be a key here", names(key))
            }
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                "a number is divided by zero".to_owned()
            }
            ExecutionError::IndexOutOfBounds(_) => "a list has fewer items".to_owned(),
            ExecutionError::FunctionError { function, .. } => {
                format!("the function {function:?} does not apply to this value")
            }
            ExecutionError::UnexpectedType { .. }
            | ExecutionError::InvalidArgumentCount { .. }
            | ExecutionError::NoSuchOverload(_)
            | ExecutionError::UndeclaredReference(_)
            | ExecutionError::MissingArgumentOrTarget => error.to_string(),
            _ => "it cannot be evaluated".to_owned(),
        };
        Self { text, condition }
    }
}

/// Returns what a value is, in Kubernetes' words.
fn name(of: ValueType) -> &'static str {
    match of {
        ValueType::Null => "null",
        ValueType::Bool => "a boolean",
        ValueType::Int | ValueType::UInt | ValueType::Float => "a number",
        ValueType::String => "a string",
        ValueType::Bytes => "bytes",
        ValueType::List => "a list",
        ValueType::Map | ValueType::Struct => "an object",
        ValueType::Duration => "a duration",
        ValueType::Timestamp => "a time",
        ValueType::Function | ValueType::Opaque => "a value of another type",
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for EvaluationError {}
