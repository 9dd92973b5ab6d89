//! What went wrong with NATS, in words for whoever must mend it.

use std::error::Error;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use watch_durable::StoreError;

/// An error whose message names the server or the stream, and what to do if a person must.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(crate) fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let error = Self::new(failure.message);
        match failure.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// Returns JetStream's code of an error, wherever in its chain it stands.
pub(crate) fn code_of(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<async_nats::jetstream::Error>() {
            return Some(error.error_code());
        }
        next = error.source();
    }
    None
}

/// Whether a message was refused because another one than expected is the last of its subject.
pub(crate) fn is_wrong_sequence(error: &PublishError) -> bool {
    // Newer servers have a second code.
    error.kind() == PublishErrorKind::WrongLastSequence
        || code_of(error) == Some(ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT)
}
