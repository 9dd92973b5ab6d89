//! What happened to an object.

use watch_protocol::{EventType, Origin};

use crate::cell::Cell;

/// What happened to an object, as a watch tells it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The place of its kind in [`Setup::kinds`](crate::Setup::kinds).
    pub kind: usize,
    /// The place of its cluster in [`Setup::clusters`](crate::Setup::clusters).
    pub cluster: usize,
    /// What happened.
    pub etype: EventType,
    /// How the event came about.
    pub origin: Origin,
    /// The object's namespace; empty if it is in none.
    pub namespace: String,
    /// The object's name.
    pub name: String,
    /// The object's JSON, best without managed fields. Of a deletion that a comparison has found, it is not used.
    pub object: String,
    /// The cells that the server computes, if [`App::set_columns`](crate::App::set_columns) has told their columns, and one
    /// for each of these. Without them, cells are as they were.
    pub cells: Option<Box<[Cell]>>,
}
