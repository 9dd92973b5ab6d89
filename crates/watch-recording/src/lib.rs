//! Recordings of watched Kubernetes objects: write them, read them, look back.
//!
//! - **What it is:** [`Recording`] reads what a recorder has written: one JSON document per line, each with an event as
//!   the API server sent it, when it was received, and by which watcher. `docs/recording-format.md` describes the format.
//! - **What it is not:** an API server. `embedded-apiserver` replays recordings to any client.
//! - **How to depend on it:** through the facade `watchables`, feature `recording`.

mod append;
mod entries;
mod entry;
mod error;
mod events;
mod header;
mod history;
mod identity;
mod input;
mod line;
mod places;
mod record;
mod recording;
mod redact;
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
pub use recording::{OpenOptions, Recording};
pub use state::{State, StateObject};
