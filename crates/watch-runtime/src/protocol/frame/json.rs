//! JSON: from the chunks of a body to lines, and from lines to documents.

mod documents;
mod layout;
mod lines;

pub(crate) use self::lines::{JsonFrames, LineTooLong, without_marks};
