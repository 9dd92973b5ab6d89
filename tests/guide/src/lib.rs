//! The guide in `docs/guide`: builds it, and compiles its snippets as doctests.

mod book;
mod messages;
#[cfg(doctest)]
mod snippets;

pub use book::{build, repository, source};
pub use messages::{Message, messages, normal};
