//! The typed model of a generated crate: the type of each definition, and what can be watched.

mod cycles;
mod features;
mod home;
mod lower;
mod notes;
mod numbers;
mod scalars;
mod shapes;
mod views;
mod wiring;
mod workarounds;

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Result;
use crate::facts::{self, GroupVersionKind, Resource};
use crate::release::Release;

pub(crate) use features::{ALL, Features};
pub(crate) use home::{Home, api_groups};
pub(crate) use lower::lower;
pub(crate) use shapes::shape;
pub(crate) use views::{Row, View};
pub(crate) use wiring::{Wiring, Wirings};

/// The content of a generated crate.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) release: Release,
    pub(crate) tag: String,
    /// From the group of a module to the name of the API group.
    pub(crate) groups: BTreeMap<String, String>,
    /// By the name of the definition.
    pub(crate) types: BTreeMap<String, Type>,
    pub(crate) wirings: Wirings,
    pub(crate) features: Features,
    /// Sorted by version.
    pub(crate) views: Vec<View>,
}

/// The type of a definition.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) home: Home,
    pub(crate) kinds: Vec<GroupVersionKind>,
    pub(crate) body: Body,
    /// A sentence that lists the releases that have it.
    pub(crate) releases: Option<String>,
    /// Upstream's description, in lines, if requested.
    pub(crate) description: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Struct(Vec<Field>),
    /// The type of this name in watchable-core.
    Scalar(&'static str),
    /// JSON without a schema.
    Opaque,
    /// The type of this name in watchable-core, with a definition as its parameter.
    Generic(&'static str, String),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Whether the type is an `Option`. Otherwise an empty list or map stands for an absent one.
    pub(crate) optional: bool,
    /// Whether the field closes a cycle of types.
    pub(crate) boxed: bool,
    pub(crate) required: bool,
    /// The path of field numbers in protobuf; empty if it has no such field.
    pub(crate) numbers: Vec<u32>,
    /// The properties that identify the items of a list.
    pub(crate) keys: Vec<String>,
    /// Upstream's description, in lines, if requested.
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

/// Reads the resources that a release serves, without its types.
pub(crate) fn served(root: &Path, release: Release) -> Result<Vec<Resource>> {
    let mut resources = facts::resources(root, release)?;
    workarounds::correct_resources(release, &mut resources);
    Ok(resources)
}

impl Type {
    /// Returns whether the type is a timestamp, which Go encodes as `null` if it is not set.
    pub(crate) fn is_time(&self) -> bool {
        matches!(self.body, Body::Scalar("Time" | "MicroTime"))
    }
}
