//! Why a cluster cannot be reached: errors that name what is at fault, and contain no secret.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::ClientError;

/// An error of connecting. It is cloned for each request that waited for the same attempt.
#[derive(Clone, Debug)]
pub(super) struct AccessError {
    text: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl AccessError {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), source: None }
    }

    /// An error with its cause. The cause must not contain a secret, not in its `Debug` output either.
    pub(super) fn caused(
        text: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { text: text.into(), source: Some(Arc::from(source.into())) }
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for AccessError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<AccessError> for ClientError {
    fn from(error: AccessError) -> Self {
        Self::Service(Box::new(error))
    }
}
