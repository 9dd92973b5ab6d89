//! Records what watchers watch into a file.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use kube_client::Client;
use watch_runtime::{Watcher, cluster_uid};
use watchable_core::DynamicObject;
use watchable_core::secrets::HashKey;

use super::feed::Feed;
use super::open::{self, Opened};
use super::open_recorder::panicked;
use super::sink::Limits;
use super::subject::{fault, header, recorded};
use crate::error::{Kind, RecordingError};
use crate::header::Redaction;
use watchable_core::redact::Redactor;

pub use super::open_recorder::OpenRecorder;
pub use super::sink::Summary;

/// Records what watchers watch into a file.
///
/// The file is the checkpoint, too: with [`append`](Self::append), a recording that was ended or killed is continued
/// without loss or repeat. What happened meanwhile is recorded as it would have been; where the server no longer has it,
/// what differs is recorded after a line that marks the gap.
///
/// A name that ends with `.zst` makes a compressed file. It is flushed to the disk each second, and after 1,000 events.
///
/// Values of Secrets are replaced by hashes, unless [`with_secrets`](Self::with_secrets) is set. Their key is in a file beside
/// the recording, such as `day.jsonl.zst.key`, which only the user can read: whoever has it can try out values that are easy
/// to guess. Without it, the recording cannot be appended to.
#[must_use = "a recorder does nothing until it runs"]
pub struct Recorder {
    client: Client,
    path: PathBuf,
    watchers: Vec<(Option<String>, Watcher<DynamicObject>)>,
    is_append: bool,
    limits: Limits,
    redaction: Redaction,
}

impl Recorder {
    /// Creates a recorder of the client's cluster into a file.
    pub fn new(client: Client, path: impl Into<PathBuf>) -> Self {
        Self {
            client,
            path: path.into(),
            watchers: Vec::new(),
            is_append: false,
            limits: Limits::default(),
            redaction: Redaction { secrets: true, ..Redaction::default() },
        }
    }

    /// Adds a watcher of the same cluster. Its source is named as its resource displays, such as `pods/v1`.
    pub fn watch(mut self, watcher: Watcher<DynamicObject>) -> Self {
        self.watchers.push((None, watcher));
        self
    }

    /// Adds a watcher with a name for its source: for several watchers of the same resource.
    pub fn watch_named(mut self, name: impl Into<String>, watcher: Watcher<DynamicObject>) -> Self {
        self.watchers.push((Some(name.into()), watcher));
        self
    }

    /// Sets whether a recording that exists is continued; false by default. If there is none, it is created.
    pub fn append(mut self, append: bool) -> Self {
        self.is_append = append;
        self
    }

    /// Goes on in a new file when the file has this many bytes. Each file begins with the state and stands alone. The
    /// earlier ones get a number: `day.000001.jsonl.zst`. If the state alone takes more, a file has twice its text.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.limits.max_size = Some(bytes);
        self
    }

    /// Keeps this many files, the current one included, and removes older ones; all by default.
    pub fn keep(mut self, files: u64) -> Self {
        self.limits.keep = Some(files.max(1));
        self
    }

    /// Sets whether the values of Secrets are recorded; false by default.
    pub fn with_secrets(mut self, with_secrets: bool) -> Self {
        self.redaction.secrets = !with_secrets;
        self
    }

    /// Replaces the values of fields by hashes: `spec.containers[*].env[*].value`, `metadata.annotations["a.b/c"]`,
    /// `data.*`.
    pub fn redact(mut self, path: impl Into<String>) -> Self {
        self.redaction.paths.push(path.into());
        self
    }

    /// Finds out which cluster it is, and creates the file or finds out how far it is.
    ///
    /// # Errors
    ///
    /// If a setting is invalid, the file exists and is not to be [appended](Self::append) to, or is of something else,
    /// is damaged, or cannot be written; or if the cluster's identity cannot be found out. Before a recording is appended to,
    /// a server that cannot be reached is waited for, as a watcher does.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped. Then the file may have been created.
    pub async fn open(self) -> Result<OpenRecorder, RecordingError> {
        let Self { client, path, watchers, is_append, limits, redaction } = self;
        let setting = |reason: String| RecordingError::new(&path, Kind::Setting(reason));
        open::check_path(&path)?;
        let redactor = Redactor::new(redaction.secrets, &redaction.paths, HashKey::random());
        let mut redactor = redactor.map_err(setting)?;
        let resources: Vec<_> =
            watchers.iter().map(|(name, watcher)| recorded(name.as_deref(), watcher)).collect();
        if let Some(reason) = fault(&resources) {
            return Err(setting(reason));
        }
        let names: Vec<_> = resources.iter().map(|resource| resource.source.clone()).collect();
        let is_resuming = is_append && path.exists();
        let cluster = match watchers.first() {
            Some((_, watcher)) if is_resuming => watcher.cluster_uid(true).await,
            _ => cluster_uid(&client).await,
        };
        let cluster =
            cluster.map_err(|error| RecordingError::new(&path, Kind::Cluster(Box::new(error))))?;
        let header = header(&client, cluster, resources, redaction).await;
        let file = path.clone();
        let opening = move || open::open(file, header, is_append, limits);
        let opened = tokio::task::spawn_blocking(opening).await;
        let Opened { sink, delivered, key } = opened.map_err(|error| panicked(&path, &error))??;
        if let Some(key) = key {
            redactor.set_key(key);
        }
        // The watchers are in the order of the arguments, and the file's sources in that of its header.
        let mut delivered: Vec<_> = delivered.into_iter().map(Some).collect();
        let mut feeds = Vec::new();
        let redactor = Arc::new(redactor);
        for ((_, watcher), name) in watchers.into_iter().zip(names) {
            let place = sink.sources.iter().position(|source| *source.name == *name);
            let Some((source, delivered)) =
                place.and_then(|place| Some((place, delivered.get_mut(place)?.take()?)))
            else {
                return Err(setting(format!("the recording has no source {name:?}")));
            };
            let position = sink.sources[source].position.clone();
            feeds.push(Feed { source, watcher, delivered, position, redactor: redactor.clone() });
        }
        Ok(OpenRecorder { sink, feeds, redactor })
    }

    /// [Opens](Self::open) the file and [records](OpenRecorder::run) until a future completes.
    ///
    /// # Errors
    ///
    /// Those of both.
    ///
    /// # Cancel safety
    ///
    /// That of [`OpenRecorder::run`].
    pub async fn run(self, until: impl Future<Output = ()>) -> Result<Summary, RecordingError> {
        self.open().await?.run(until).await
    }
}
