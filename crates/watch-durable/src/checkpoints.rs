//! Checkpoints in a file.

mod open;
mod summary;
mod table;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use redb::{Database, ReadableDatabase as _};

use crate::checkpoints::open::FileError;
pub use crate::checkpoints::summary::{CheckpointSummary, CommittedObject};
use crate::claims::Claims;
use crate::store::{Batch, CheckpointStore, Claim, Row, StoreError};

/// How often a file that seems damaged is read.
const ATTEMPTS: u32 = 5;

/// Checkpoints of any number of streams in one file. Clones are handles of the same file.
///
/// The file is a [redb](https://docs.rs/redb) database. A commit is one transaction with one `fsync`: it is there as a
/// whole after the loss of power, or not at all. One process at a time may open the file; others may
/// [look at it](Self::look_at) meanwhile.
#[derive(Clone)]
pub struct Checkpoints(Arc<File>);

struct File {
    path: PathBuf,
    open: Box<dyn Fn() -> Result<Database, FileError> + Send + Sync>,
    /// `None` after a write has failed: the database refuses everything then, until it is opened again.
    database: RwLock<Option<Database>>,
    /// The streams in use.
    claims: Claims,
    /// Keeps reads and writes in the order in which they began. A write goes on when its future is dropped, and whoever
    /// comes next waits for it.
    order: Arc<tokio::sync::Mutex<()>>,
}

impl Checkpoints {
    /// Opens a file, or creates it. Its whole content is checked: 150,000 objects take some ten milliseconds. Blocks
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened or created, is in use by another process, is none of checkpoints, or is
    /// damaged. It is not changed then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let file = path.clone();
        Self::open_with(path, Box::new(move || open::open(&file)))
    }

    /// Opens what is stored elsewhere than in a file, again after a write has failed: for our own tests and simulation.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    #[doc(hidden)]
    pub fn open_backend<B: redb::StorageBackend>(
        backend: impl Fn() -> B + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        Self::open_with("memory".into(), Box::new(move || open::open_backend(backend())))
    }

    fn open_with(
        path: PathBuf,
        open: Box<dyn Fn() -> Result<Database, FileError> + Send + Sync>,
    ) -> Result<Self, StoreError> {
        let database = open().and_then(|database| {
            table::check_format(&database)?;
            Ok(RwLock::new(Some(database)))
        });
        let database = database.map_err(|error| error.of(&path))?;
        Ok(Self(Arc::new(File {
            path,
            open,
            database,
            claims: Claims::default(),
            order: Arc::default(),
        })))
    }

    /// Returns what is in a file, which another process may be writing. The file is read into memory, and not changed.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is none of checkpoints, or is damaged.
    pub fn look_at(path: impl AsRef<Path>) -> Result<Vec<CheckpointSummary>, StoreError> {
        let path = path.as_ref();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match open::open_copy(path).and_then(|copy| summary::of_all(&copy)) {
                // Perhaps it was read in the middle of a commit.
                Err(FileError::Damaged(_)) if attempts < ATTEMPTS => {}
                looked => return looked.map_err(|error| error.of(path)),
            }
        }
    }

    /// Returns what is in the file, by the names of the streams.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn summaries(&self) -> Result<Vec<CheckpointSummary>, StoreError> {
        self.0.with(summary::of_all)
    }

    /// Returns the names of the streams in the file, in order.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        self.0.with(|database| table::streams(&database.begin_read()?))
    }

    /// Removes the checkpoint of a stream, which begins anew then. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Fails if the stream is in use, or the file cannot be written.
    pub fn remove(&self, stream: &str) -> Result<bool, StoreError> {
        let _claim = self.claim(stream)?;
        self.0.with(|database| table::remove(database, stream))
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn read(&self, stream: &str) -> Result<Vec<Row>, StoreError> {
        self.0.with(|database| table::read(&database.begin_read()?, stream))
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn write(&self, batches: &[Batch]) -> Result<(), StoreError> {
        self.0.with(|database| table::write(database, batches))
    }

    /// Does something that blocks, outside of the runtime's threads.
    fn blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce(&Database) -> Result<R, FileError> + Send + 'static,
    ) -> BoxFuture<'static, Result<R, StoreError>> {
        let file = Arc::clone(&self.0);
        async move {
            let turn = Arc::clone(&file.order).lock_owned().await;
            let task = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                file.with(function)
            });
            task.await.unwrap_or_else(|stopped| {
                Err(StoreError::new("the runtime is shutting down").with_source(stopped))
            })
        }
        .boxed()
    }
}

impl File {
    fn with<R>(
        &self,
        function: impl FnOnce(&Database) -> Result<R, FileError>,
    ) -> Result<R, StoreError> {
        let result = self.with_open(function);
        if result.as_ref().is_err_and(FileError::closes) {
            *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        result.map_err(|error| error.of(&self.path))
    }

    fn with_open<R>(
        &self,
        function: impl FnOnce(&Database) -> Result<R, FileError>,
    ) -> Result<R, FileError> {
        // A database is valid whatever panicked.
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = database.as_ref() {
            return function(database);
        }
        drop(database);
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if database.is_none() {
            *database = Some((self.open)()?);
        }
        database.as_ref().map_or(Err(FileError::Failed), function)
    }
}

impl CheckpointStore for Checkpoints {
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        self.0.claims.claim(stream).ok_or_else(|| {
            StoreError::new(format!(
                "{}: another stream of this process has the name {stream:?}; give each stream a name of its own",
                self.0.path.display()
            ))
        })
    }

    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        let stream = stream.to_owned();
        self.blocking(move |database| {
            table::read(&database.begin_read().map_err(FileError::from)?, &stream)
        })
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        self.blocking(move |database| table::write(database, &batches))
    }
}

impl fmt::Debug for Checkpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoints").field("path", &self.0.path).finish_non_exhaustive()
    }
}
