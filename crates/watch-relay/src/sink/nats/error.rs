//! What goes wrong with NATS, as the error of a sink.

use crate::nats::Failure;
use crate::sink::SinkError;

impl From<Failure> for SinkError {
    fn from(failure: Failure) -> Self {
        let error = Self::new(failure.message);
        match failure.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}
