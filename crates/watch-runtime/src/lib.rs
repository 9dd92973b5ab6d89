//! Drives the Kubernetes watch protocol over kube-client and yields typed event streams.
//!
//! - **What it is:** the runtime of watchables: [`Watcher`], [`MultiplexingWatcher`],
//!   [`Discovery`](discovery::Discovery), and streams for kube-runtime's reflectors and controllers.
//! - **What it is not:** it contains no Kubernetes type and depends on no release. It watches whatever
//!   implements [`Watchable`](watchable_core::Watchable): generated types, your own, or kube's.
//! - **How to depend on it:** through the facade `watchables`, which re-exports it and provides
//!   `connect()`, the recommended way to create a client.
//! - **Layers**, each of which imports only earlier ones: `protocol` (a state machine without I/O),
//!   `transport` (HTTP), `metrics`, `stream` (drives the state machine with a transport and a clock),
//!   `watcher` (settings), then `mux` and `kube_interop`. `discovery` stands alone.
//! - **Where to begin reading:** `protocol/machine.rs` for the protocol, `stream/driver.rs` for how it is
//!   driven, `watcher.rs` for the public API.

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
pub use protocol::status::{Cause, Interruption, Phase, WatchStatus};
pub use protocol::wire::Wire;
pub use stream::WatchStream;
pub use stream::stop::StopHandle;
#[cfg(feature = "bench-hooks")]
#[doc(hidden)]
pub use testing::bench_hooks;
#[cfg(any(test, feature = "simulation"))]
#[doc(hidden)]
pub use testing::encoder;
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub use testing::{fuzzing, simulation};
pub use watcher::Watcher;
