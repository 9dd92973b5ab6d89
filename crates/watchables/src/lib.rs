//! Watch Kubernetes: typed events of any kind, for any release, in one line.
//!
//! ```no_run
//! # #[cfg(feature = "rel_1_36")]
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! use futures::TryStreamExt as _;
//! use watchables::rel_1_36::v1::Pod;
//! use watchables::{Client, StreamOptions, Watcher};
//!
//! let client = Client::try_default().await?;
//! let watcher = Watcher::<Pod>::new(client);
//! let mut events = watcher.stream(StreamOptions::managed());
//! while let Some(event) = events.try_next().await? {
//!     println!("{}, {:?}, {:?}", event.etype, event.obj.metadata.namespace, event.obj.metadata.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - A **release** of Kubernetes is a Cargo feature (`rel_1_36`) and a module of the same name, with
//!   every type of its OpenAPI spec. Several may be used at once.
//! - A [`Watcher`] streams the events of one kind. [`StreamOptions`] says how.
//! - A [`MultiplexingWatcher`] merges the events of several watchers into one stream.
//! - [`blocking`] is the same for programs without async.
//! - `#[derive(Watchable)]` makes a type of your own watchable: see [`watchable_derive`].
//!
//! # Programs that use kube-rs
//!
//! kube-client builds only where the final program chooses one version of k8s-openapi. The default
//! feature `standalone` chooses the newest, and ring for TLS. If your program makes these choices
//! itself, use `default-features = false`.

pub mod blocking;
mod cluster;
mod connect;
mod release_module;
mod release_modules;
pub mod releases;

pub use cluster::cluster_is_configured;
pub use connect::{connect, connect_to};
#[doc(no_inline)]
pub use kube_client::{Client, Config, Error as ClientError};
#[allow(unused_imports, unreachable_pub, reason = "empty when no release is chosen")]
pub use release_modules::*;
#[cfg(feature = "kube-runtime")]
pub use watch_runtime::KubeEvents;
pub use watch_runtime::discovery;
#[cfg(feature = "metrics")]
pub use watch_runtime::metrics;
pub use watch_runtime::{
    ApiStatus, StartFrom, Cause, EventSource, EventType, InitialList, Kube, MultiplexingWatcher,
    MuxMember, MuxStream, Origin, Phase, StatusCause, StatusDetails, StopHandle, StreamOptions,
    WatchError, WatchEvent, WatchStatus, WatchStream, Watcher,
};
pub use watchable_core::*;
// They shadow the glob's macros of the same names, which are for crates below this one.
pub use watchable_derive::{Multiplexed, Watchable};

/// For the code that the derive writes.
#[doc(hidden)]
pub mod __private {
    pub use watchable_core::__private::{NoKind, a_kind};
    pub use watchable_core::*;
}
