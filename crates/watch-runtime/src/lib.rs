//! Watches Kubernetes resources over kube-client: typed event streams that stop at once.
//!
//! This crate knows no Kubernetes type and no release: it drives the protocol for whatever
//! implements [`Watchable`](watchable_core::Watchable). Programs depend on the facade,
//! `watchables`, which re-exports it.
//!
//! The protocol is a state machine without I/O (`machine`); `stream` joins it to a `transport`.

pub mod discovery;
mod kube_interop;
#[cfg(not(feature = "metrics"))]
mod metrics;
#[cfg(feature = "metrics")]
pub mod metrics;
mod mux;
mod protocol;
mod stream;
mod testing;
mod transport;
mod watcher;

pub use kube_interop::kube::{Kube, KubeNamespaces, KubeScope};
#[cfg(feature = "kube-runtime")]
pub use kube_interop::kube_events::KubeEvents;
pub use mux::{MultiplexingWatcher, MuxMember, MuxStream};
pub use protocol::api_status::{ApiStatus, StatusCause, StatusDetails};
pub use protocol::error::WatchError;
pub use protocol::event::{EventSource, EventType, Origin, WatchEvent};
pub use protocol::options::StreamOptions;
pub use protocol::settings::{InitialList, StartFrom};
pub use protocol::status::{Cause, Phase, WatchStatus};
pub use stream::WatchStream;
pub use stream::control::StopHandle;
#[cfg(feature = "bench-hooks")]
#[doc(hidden)]
pub use testing::bench_hooks;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub use testing::{fuzzing, simulation};
pub use watcher::Watcher;
