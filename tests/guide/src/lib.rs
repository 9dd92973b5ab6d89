//! The guide in `docs/guide`: builds it, and compiles its snippets as doctests.

mod book;
mod messages;
mod setters;
#[cfg(doctest)]
mod snippets;
mod source_files;

pub use book::{build, repository, source};
pub use messages::{Message, messages, normal, word_count};
pub use setters::setters;
