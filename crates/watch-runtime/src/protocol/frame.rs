//! Framing: from the chunks of a body to lines, and from lines to JSON documents.

mod documents;
mod layout;
mod lines;

pub(crate) use self::lines::{Frames, LineTooLong, without_marks};
