//! Recordings of watched Kubernetes objects: write them, read them, look back.
//!
//! - **What it is:** [`Recorder`] writes what watchers watch into a file, and goes on in it after it was killed.
//!   [`Recording`] reads it: its [lines](Recording::entries), its events [decoded](Recording::events), what
//!   [changed](Recording::history), and the [state](Recording::state_at) at any time. `docs/recording-format.md` describes
//!   the format, for other languages, too.
//! - **What it is not:** a database. A recording is read from a snapshot on, line by line.
//! - **How to depend on it:** through the facade `watchables`, feature `recording`. With the feature `replay`, an embedded
//!   API server shows a recording to any client. With the feature `store`, a recording feeds a store without a server.
//!   With the feature `kwok`, recordings of KWOK are read and written.
//! - **Where to begin reading:** `line.rs` for what is written; `recording.rs` and `record/recorder.rs` for the public
//!   types; `record/sink.rs` for how events become lines, and `append/end_state.rs` for how a recorder goes on.
//!
//! ```
//! # use embedded_apiserver::EmbeddedServer;
//! # use kube_client::{Client, Config};
//! # use watch_runtime::Watcher;
//! # use watchable_core::{DynamicObject, ResourceInfo, Scope};
//! use watch_recording::{Recorder, Recording};
//!
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! # let catalog = release_catalogs::catalog(release_catalogs::NEWEST).ok_or("no catalog")?;
//! # let server = EmbeddedServer::builder(catalog).start().await?;
//! # server.store().create_from_manifest("{apiVersion: v1, kind: Node, metadata: {name: node-7}}")?;
//! # let client = Client::try_from(Config::new(server.url().parse()?))?;
//! # let nodes = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);
//! # let watcher = Watcher::<DynamicObject>::for_resource(client.clone(), nodes);
//! # let mut status = watcher.status();
//! # let live = async { drop(status.wait_for(|status| matches!(status.phase, watch_runtime::Phase::Live)).await) };
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("nodes.jsonl.zst");
//! Recorder::new(client, &path).watch(watcher).run(live).await?; // or until Ctrl-C
//!
//! let recording = Recording::open(&path)?;
//! let (_, end) = recording.range();
//! assert_eq!(recording.state_at(end)?.objects().count(), 1);
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new()?.block_on(program())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod append;
mod entries;
mod entry;
mod error;
mod events;
mod file;
mod header;
mod history;
mod input;
pub mod key_file;
#[cfg(feature = "kwok")]
pub mod kwok;
mod line;
mod places;
mod record;
#[cfg(feature = "store")]
mod recorded_store;
mod recording;
#[cfg(feature = "replay")]
pub mod replay;
mod state;
#[cfg(test)]
mod tests;
mod writer;

pub use entries::Entries;
pub use entry::{Entry, EntryKind};
pub use error::{Place, RecordingError};
pub use events::RecordedEvents;
pub use header::{Header, RecordedResource, Redaction, VERSION};
pub use history::{Change, History, HistoryEntry, ObjectFilter};
pub use record::recorder::{OpenRecorder, Recorder, Summary};
pub use record::recording_writer::RecordingWriter;
#[cfg(feature = "store")]
pub use recorded_store::RecordedStore;
pub use recording::{OpenOptions, Recording};
pub use state::{State, StateObject};
