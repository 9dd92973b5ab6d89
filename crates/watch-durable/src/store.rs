//! Where checkpoints are kept: the interface, and what is written through it.

use std::any::Any;
use std::error::Error;
use std::fmt;

use futures::future::BoxFuture;

/// Keeps the checkpoints of streams, each a set of rows.
///
/// [`Checkpoints`](crate::Checkpoints) keeps them in a file. Implement it to keep them where the program's own data is,
/// so that both are written in one transaction, or where several replicas can read them.
///
/// A store that wraps another may add rows of its own to a stream's batches, whose keys begin with the byte `u`: streams
/// pay no attention to them.
pub trait CheckpointStore: Send + Sync {
    /// Claims a stream: nobody else in this process, or wherever the store can tell, may use it until what is returned
    /// is dropped. By default nothing is claimed.
    ///
    /// # Errors
    ///
    /// Fails if the stream is in use.
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        let _ = stream;
        Ok(Claim::none())
    }

    /// Returns all rows of a stream, in any order; none if the stream has no checkpoint.
    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>>;

    /// Applies the batches, all of them or none, and returns once they would survive the loss of power.
    ///
    /// The future may be dropped before it is done. Then, and after an error, the batches may have been applied or not;
    /// the stream commits the same changes again, with those that came since.
    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>>;
}

impl<S: CheckpointStore + ?Sized> CheckpointStore for std::sync::Arc<S> {
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        (**self).claim(stream)
    }

    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        (**self).load(stream)
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        (**self).commit(batches)
    }
}

/// A row of a checkpoint. Its key is unique in the stream; both parts have any bytes. Keys have up to about 600 bytes,
/// values a few, except for the header (about 500 bytes) and objects of types that do not decode from a tombstone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "as the type says")]
pub struct Row {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

/// Changes of one stream's rows. No key is in it twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The name of the stream.
    pub stream: String,
    /// Rows to put, in the place of those with the same key.
    pub puts: Vec<Row>,
    /// Keys of rows to remove; they may not exist.
    pub removals: Vec<Vec<u8>>,
}

/// The claim of a stream. It ends when this is dropped.
pub struct Claim(#[allow(dead_code, reason = "dropped with it")] Box<dyn Any + Send + Sync>);

impl Claim {
    /// Creates a claim that ends when this value is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }

    /// Creates a claim of nothing.
    pub fn none() -> Self {
        Self::new(())
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}

/// Why a store could not be read or written. Its message names the store.
#[derive(Debug)]
pub struct StoreError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// Creates an error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// Adds the error that it came from.
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
