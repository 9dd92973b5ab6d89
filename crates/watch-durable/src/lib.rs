//! Watch streams that survive the process: nothing is lost and nothing repeated over a restart.
//!
//! - **What it is:** [`DurableExt::durable`] makes the stream of a watcher, or of a multiplexer, go on where its last
//!   [commit](DurableStream::commit) left off. [`Checkpoints`] keeps what is needed for that in a file;
//!   [`CheckpointStore`] is the interface to keep it elsewhere.
//! - **What it is not:** a queue. Events are kept by the API server, for some minutes, and after that by comparison of
//!   what there is with what was committed.
//! - **How to depend on it:** through the feature `durable` of the facade `watchables`.
//! - **Cost:** a checkpoint has the name, uid and version of each object, some hundred bytes. A commit writes what has
//!   changed since the last one, as one record of a journal, and syncs once.
//! - **Files:** `relay.redb` and its journal, `relay.redb-journal`. Backups need both, from the same time: copy them while
//!   no process has them open.
//!
//! ```no_run
//! # async fn program<Pod: watchable_core::WatchTarget + 'static>(
//! #     pods: watch_runtime::Watcher<Pod>,
//! #     sink: impl AsyncFn(String),
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use futures::TryStreamExt as _;
//! use watch_durable::{Checkpoints, DurableExt as _};
//!
//! let checkpoints = Checkpoints::open("relay.redb")?;
//! let mut events = pods.durable(&checkpoints, "pods")?;
//! while let Some(event) = events.try_next().await? {
//!     sink(event.id().to_string()).await; // the same id if it comes again
//!     events.commit().await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Layers
//!
//! Each imports only earlier ones. `store` (the interface), `leb128`, `rows` and `header` (what is written), `error`, `event_id`,
//! `event`; `claims`; `ledger` (what is not committed yet, without I/O); `checkpoints` (the file and its journal); `source` and `part` (one
//! watcher); `stream`; `durable_ext`.

mod checkpoints;
mod claims;
mod durable_ext;
mod error;
mod event;
mod event_id;
mod header;
mod leb128;
mod ledger;
mod part;
mod rows;
mod source;
mod store;
mod stream;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod testing;

#[doc(hidden)]
pub use checkpoints::JournalSettings;
pub use checkpoints::{CheckpointSummary, Checkpoints, CommittedObject};
pub use claims::Claims;
pub use durable_ext::DurableExt;
pub use error::DurableError;
pub use event::{DurableEvent, EventMark};
pub use event_id::EventId;
pub use store::{Batch, CheckpointStore, Claim, Row, StoreError};
pub use stream::DurableStream;
