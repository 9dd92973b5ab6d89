//! The registry of served kinds: resources of the catalog, and of `CustomResourceDefinition`s.

mod builtin;
mod cells;
mod columns;
mod definition;
pub(crate) mod definition_status;
pub(crate) mod definition_validation;
mod index;
mod printer_column;
mod replayed;
mod scale;
mod selectable_fields;
mod served;
mod version_priority;

pub(crate) use columns::{Column, columns};
pub(crate) use definition::Definition;
pub(crate) use index::Registry;
pub(crate) use scale::Scale;
pub(crate) use selectable_fields::check_selectable;
pub(crate) use served::Served;
pub(crate) use version_priority::version_priority;
