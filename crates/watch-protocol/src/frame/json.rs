//! JSON: from the chunks of a body to lines, and from lines to documents.

mod documents;
mod layout;
mod lines;

pub use self::lines::without_marks;
pub(crate) use self::lines::{JsonFrames, LineTooLong};
