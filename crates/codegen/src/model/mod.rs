//! The typed picture of a crate to be: what each definition becomes, and what can be watched.

mod cycles;
mod features;
mod home;
mod lower;
mod notes;
mod scalars;
mod shapes;
mod views;
mod wiring;
mod workarounds;

use std::collections::BTreeMap;

use crate::facts::GroupVersionKind;
use crate::release::Release;

pub(crate) use features::{ALL, Features};
pub(crate) use home::{Home, api_groups};
pub(crate) use lower::lower;
pub(crate) use views::{Row, View};
pub(crate) use wiring::{Wiring, Wirings};

/// All that a generated crate consists of.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) release: Release,
    pub(crate) tag: String,
    /// From the group in a module's name to the one that the API server knows.
    pub(crate) groups: BTreeMap<String, String>,
    /// By the definition's name.
    pub(crate) types: BTreeMap<String, Type>,
    pub(crate) wirings: Wirings,
    pub(crate) features: Features,
    /// Sorted by version.
    pub(crate) views: Vec<View>,
}

/// What a definition becomes.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) home: Home,
    pub(crate) kinds: Vec<GroupVersionKind>,
    pub(crate) body: Body,
    /// A sentence that says which releases have it.
    pub(crate) releases: Option<String>,
    /// Upstream's own words, in lines, where they are wanted.
    pub(crate) description: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Struct(Vec<Field>),
    /// The type of this name in watchable-core.
    Scalar(&'static str),
    /// JSON that nobody but its owner knows the meaning of.
    Opaque,
    /// The type of this name in watchable-core, with a definition as its parameter.
    Generic(&'static str, String),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Held as an `Option`. What is not has a value that says as much: lists and maps are empty.
    pub(crate) optional: bool,
    /// Whether a cycle of types closes here.
    pub(crate) boxed: bool,
    pub(crate) required: bool,
    /// The properties that tell a list's items apart.
    pub(crate) keys: Vec<String>,
    /// Upstream's own words, in lines, where they are wanted.
    pub(crate) description: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Bool,
    Int32,
    Int64,
    Double,
    String,
    Bytes,
    Json,
    /// A definition.
    Type(String),
    List(Box<Shape>),
    Map(Box<Shape>),
}

impl Type {
    /// Whether the type is a point in time, which Go writes as `null` where it is not set.
    pub(crate) fn is_time(&self) -> bool {
        matches!(self.body, Body::Scalar("Time" | "MicroTime"))
    }
}
