//! Watches Kubernetes resources over kube-client: typed event streams that stop at once.
//!
//! This crate knows no Kubernetes type and no release: it drives the protocol for whatever
//! implements [`Watchable`](watchable_core::Watchable). Programs depend on the facade,
//! `watchables`, which re-exports it.
//!
//! The protocol is a state machine without I/O (`machine`); `stream` joins it to a `transport`.

mod alarm;
mod api_status;
mod backoff;
mod connection;
mod control;
mod cursor;
pub mod discovery;
mod envelope;
mod error;
mod event;
mod frame;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod fuzzing;
mod index;
mod kube;
#[cfg(feature = "kube-runtime")]
mod kube_events;
mod list_body;
#[cfg(test)]
mod logged;
mod machine;
#[cfg(feature = "measuring")]
#[doc(hidden)]
pub mod measured;
mod meter;
#[cfg(feature = "metrics")]
pub mod metrics;
mod mux;
mod options;
mod plan;
mod read_ahead;
mod settings;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation;
mod status;
mod stream;
mod tombstone;
mod transport;
mod uid;
mod version;
mod watcher;

pub use api_status::{ApiStatus, StatusCause, StatusDetails};
pub use control::StopHandle;
pub use error::WatchError;
pub use event::{EventSource, EventType, Origin, WatchEvent};
pub use kube::{Kube, KubeNamespaces, KubeScope};
#[cfg(feature = "kube-runtime")]
pub use kube_events::KubeEvents;
pub use mux::{MultiplexingWatcher, MuxMember, MuxStream};
pub use options::StreamOptions;
pub use settings::{StartFrom, InitialList};
pub use status::{Cause, Phase, WatchStatus};
pub use stream::WatchStream;
pub use watcher::Watcher;
