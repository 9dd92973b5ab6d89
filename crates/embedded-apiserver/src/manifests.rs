//! Manifests: texts of YAML or JSON documents, read as kubectl reads them.
//!
//! kubectl reads YAML 1.1 with `sigs.k8s.io/yaml`: `0400` is 256 and `yes` is true. The crates that we know
//! read YAML 1.2, so the meaning of scalars, keys and merges is defined here, over granit-parser's events.
//! No error quotes the text, because manifests contain Secrets.
//!
//! From the bottom up: `syntax_error`; `go_number`; `scalar`; `mapping`, `anchors`; `yaml`; `documents`;
//! `objects`.

mod anchors;
mod documents;
mod go_number;
mod mapping;
mod objects;
mod scalar;
mod syntax_error;
#[cfg(test)]
mod tests;
mod yaml;

pub(crate) use documents::{Document, Documents};
pub(crate) use objects::objects_of;
pub(crate) use syntax_error::SyntaxError;
pub(crate) use yaml::parse_yaml;
