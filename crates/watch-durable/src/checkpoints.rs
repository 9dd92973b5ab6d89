//! Checkpoints in a file.

mod contents;
mod error;
mod journal;
mod open;
mod paths;
mod settings;
mod summary;
mod table;
mod view;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::checkpoints::contents::Contents;
use crate::checkpoints::error::FileError;
use crate::checkpoints::journal::Record;
#[cfg(feature = "simulation")]
pub use crate::checkpoints::settings::JournalSabotage;
pub use crate::checkpoints::settings::JournalSettings;
pub use crate::checkpoints::summary::{CheckpointSummary, CommittedObject};
use crate::claims::Claims;
use crate::store::{Batch, CheckpointStore, Claim, Row, StoreError};

/// How often a file that seems damaged is read.
const ATTEMPTS: u32 = 5;
/// How long to wait before it is read again.
const PAUSE: Duration = Duration::from_millis(20);

/// Checkpoints of any number of streams in one file. Clones are handles of the same file.
///
/// The file is a [redb](https://docs.rs/redb) database, with a journal beside it, whose name ends in `-journal`. A commit
/// appends one record to the journal, with one `fdatasync`: it is there as a whole after the loss of power, or not at
/// all. When the journal has 2 MB, its rows are merged into the database; the commit that finds it full waits for that.
///
/// The two files belong together: whoever moves, copies or restores one has to do the same with the other, while no
/// process writes them. A database whose journal is missing, older or another's is refused.
///
/// One process at a time may open the file; others may [look at it](Self::look_at) meanwhile.
#[derive(Clone)]
pub struct Checkpoints(Arc<File>);

type Open = Box<dyn Fn() -> Result<Contents, FileError> + Send + Sync>;

struct File {
    path: PathBuf,
    open: Open,
    /// `None` after a write has failed: what is on the disk is known only once it is opened again.
    contents: Mutex<Option<Contents>>,
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
    /// A file of an earlier version, which had no journal, gets one; that version refuses it from then on.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened or created, is in use by another process, is none of checkpoints, or is
    /// damaged, and if its journal is missing, damaged, or not its own. Neither is changed then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let file = path.clone();
        Self::open_with(path, Box::new(move || open::open(&file)))
    }

    /// Opens a database and a journal that are stored elsewhere than in files, again after a write has failed: for our
    /// own tests and simulation.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    #[doc(hidden)]
    pub fn open_backends<B: redb::StorageBackend>(
        backends: impl Fn() -> (B, B) + Send + Sync + 'static,
        settings: JournalSettings,
    ) -> Result<Self, StoreError> {
        Self::open_with(
            "memory".into(),
            Box::new(move || open::open_backends(backends(), settings)),
        )
    }

    fn open_with(path: PathBuf, open: Open) -> Result<Self, StoreError> {
        let contents = open().map_err(|error| error.of(&path))?;
        Ok(Self(Arc::new(File {
            path,
            open,
            contents: Mutex::new(Some(contents)),
            claims: Claims::default(),
            order: Arc::default(),
        })))
    }

    /// Returns what is in a file, which another process may be writing. The file and its journal are read into memory,
    /// and not changed.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is none of checkpoints, or is damaged, and if its journal is missing, damaged,
    /// or not its own.
    pub fn look_at(path: impl AsRef<Path>) -> Result<Vec<CheckpointSummary>, StoreError> {
        let path = path.as_ref();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match open::look(path, |view| summary::of_all(&view)) {
                // Perhaps it was read in the middle of a commit.
                Err(error) if error.may_pass() && attempts < ATTEMPTS => std::thread::sleep(PAUSE),
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
        self.0.with(|contents| contents.view(|view| summary::of_all(&view)))
    }

    /// Returns the names of the streams in the file, in order.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        self.0.with(|contents| contents.view(|view| view.streams()))
    }

    /// Removes the checkpoint of a stream, which begins anew then. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// Fails if the stream is in use, or the file cannot be written.
    pub fn remove(&self, stream: &str) -> Result<bool, StoreError> {
        let _claim = self.claim(stream)?;
        self.0.with(|contents| contents.remove(stream))
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn read(&self, stream: &str) -> Result<Vec<Row>, StoreError> {
        self.0.with(|contents| contents.view(|view| view.rows(stream)))
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn write(&self, batches: &[Batch]) -> Result<(), StoreError> {
        self.0.with(|contents| contents.write(Record::new(batches)))
    }

    /// Does something that blocks, outside of the runtime's threads.
    fn blocking<R: Send + 'static>(
        &self,
        function: impl FnOnce(&mut Contents) -> Result<R, FileError> + Send + 'static,
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
        function: impl FnOnce(&mut Contents) -> Result<R, FileError>,
    ) -> Result<R, StoreError> {
        let mut contents = self.contents.lock().unwrap_or_else(|poisoned| {
            // Whatever panicked may have left it in the middle of a write.
            let mut contents = PoisonError::into_inner(poisoned);
            *contents = None;
            self.contents.clear_poison();
            contents
        });
        let result = match &mut *contents {
            Some(open) => function(open),
            closed => (self.open)().and_then(|opened| function(closed.insert(opened))),
        };
        if result.as_ref().is_err_and(FileError::closes) {
            *contents = None;
        }
        result.map_err(|error| error.of(&self.path))
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
        self.blocking(move |contents| contents.view(|view| view.rows(&stream)))
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        // Here, so that the rows are freed by the thread that made them.
        let record = Record::new(&batches);
        self.blocking(move |contents| contents.write(record))
    }
}

impl fmt::Debug for Checkpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoints").field("path", &self.0.path).finish_non_exhaustive()
    }
}
