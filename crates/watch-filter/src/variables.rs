//! The variables of an expression: which there are, and which are used.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};

pub(crate) const OBJECT: &str = "object";
pub(crate) const OLD_OBJECT: &str = "oldObject";
pub(crate) const TYPE: &str = "type";

/// The types, whose names are variables of CEL, too.
const TYPES: [&str; 9] =
    ["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type"];

/// Returns a variable of an expression that is not known.
pub(crate) fn unknown(expression: &IdedExpr) -> Option<String> {
    let known = [OBJECT, OLD_OBJECT, TYPE].into_iter().chain(TYPES);
    unknown_among(expression, &mut known.map(str::to_owned).collect())
}

/// Macros such as `exists` have variables of their own.
fn unknown_among(expression: &IdedExpr, known: &mut Vec<String>) -> Option<String> {
    if let Expr::Ident(name) = &expression.expr {
        return (!known.contains(name)).then(|| name.clone());
    }
    let Expr::Comprehension(each) = &expression.expr else {
        return parts(expression).into_iter().find_map(|part| unknown_among(part, known));
    };
    let outside = [&each.iter_range, &each.accu_init];
    outside.into_iter().find_map(|part| unknown_among(part, known)).or_else(|| {
        let before = known.len();
        known.extend([each.iter_var.clone(), each.accu_var.clone()]);
        known.extend(each.iter_var2.clone());
        let inside = [&each.loop_cond, &each.loop_step, &each.result];
        let found = inside.into_iter().find_map(|part| unknown_among(part, known));
        known.truncate(before);
        found
    })
}

/// A place of an expression that needs a field.
pub(crate) enum Need {
    /// With the condition that it is there: `has(object.status.phase)`, `'x' in object.metadata.labels`.
    Of(String),
    /// In the result of a call, or in a macro's variable.
    OfAnother,
}

impl From<Option<String>> for Need {
    fn from(condition: Option<String>) -> Self {
        condition.map_or(Self::OfAnother, Self::Of)
    }
}

/// Returns the first place that needs a field of this name. `None` if no place names it.
pub(crate) fn need_of(field: &str, expression: &IdedExpr) -> Option<Need> {
    match &expression.expr {
        Expr::Select(select) if select.field == field && !select.test => {
            return Some(
                path_of(&select.operand).map(|path| format!("has({path}.{field})")).into(),
            );
        }
        Expr::Call(call) => {
            if let [of, IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }] =
                call.args.as_slice()
                && call.func_name == operators::INDEX
                && name.inner() == field
            {
                return Some(path_of(of).map(|path| format!("'{field}' in {path}")).into());
            }
        }
        _ => {}
    }
    parts(expression).into_iter().find_map(|part| need_of(field, part))
}

/// Returns how an expression selects from an object: `object.metadata.labels`.
fn path_of(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => [OBJECT, OLD_OBJECT].contains(&name.as_str()).then(|| name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", path_of(&select.operand)?, select.field))
        }
        _ => None,
    }
}

/// Returns the expressions that an expression is made of.
fn parts(expression: &IdedExpr) -> Vec<&IdedExpr> {
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => Vec::new(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Struct(fields) => {
            fields.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect()
        }
        Expr::Comprehension(each) => {
            vec![&each.iter_range, &each.accu_init, &each.loop_cond, &each.loop_step, &each.result]
        }
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}
