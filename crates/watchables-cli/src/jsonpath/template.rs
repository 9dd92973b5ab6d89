//! Parsed templates.

use serde_json::Value;

use super::scanner::Place;

/// How deep ranges and filters may be within each other.
pub(super) const MAX_DEPTH: usize = 32;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// `{.a.b}`
    Path(Path),
    /// `{"\n"}`, `{1}` or `{true}`
    Literal(Value),
    /// `{range .a[*]}` … `{end}`
    Range(Path, Vec<Part>),
}

/// Steps from the current object to other values. Without a step, it is the object itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path(pub(super) Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) place: Place,
    pub(super) kind: StepKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum StepKind {
    /// `.name`
    Member(String),
    /// `['a.b']`: in kubectl the member `b` of the member `a`; if there is none, the member `a.b`.
    Quoted { nested: Vec<String>, whole: String },
    /// `.*`
    EachValue,
    /// `..`: the value, and all objects, lists and texts in it.
    Descend,
    /// `[1]`, `[1:3]`, `[*]`
    Slice(Slice),
    /// `[?(@.a=="b")]`
    Filter(Filter),
    /// `[0,2]`, `['a','b']`
    Union(Vec<Step>),
}

/// Items of a list: negative numbers count from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) start: i64,
    pub(super) end: End,
    pub(super) step: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After one item.
    One,
    /// With the list.
    Last,
    Before(i64),
}

/// Which items of a list are chosen: those that have the left operand, or those for which the comparison holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    pub(super) left: Operand,
    pub(super) comparison: Option<(Operator, Operand)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Path(Path),
    Literal(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
