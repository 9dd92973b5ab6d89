//! What both relay benches do with the stream of NATS JetStream: make it anew, check it, and read it.

mod delays;
mod target;

pub use delays::delays;
pub use target::{STREAM, SUBJECTS, Target, cost};
