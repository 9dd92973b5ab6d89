//! Watch Kubernetes resources: typed events of any kind, for any release.
//!
//! ```no_run
//! # #[cfg(feature = "rel_1_37")]
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! use futures::TryStreamExt as _;
//! use watchables::rel_1_37::v1::Pod;
//! use watchables::{StreamOptions, Watcher};
//!
//! let client = watchables::connect().await?;
//! let watcher = Watcher::<Pod>::new(client);
//! let mut events = watcher.stream(StreamOptions::managed());
//! while let Some(event) = events.try_next().await? {
//!     println!("{}, {:?}, {:?}", event.etype, event.obj.metadata.namespace, event.obj.metadata.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - [`connect`] creates a client, and leaves retries to the watchers.
//! - A [`Watcher`] streams the events of one kind. [`StreamOptions`] selects a managed or unmanaged stream.
//! - A [`MultiplexingWatcher`] merges the events of several watchers into one stream.
//! - A [`Store`] keeps the present state of what is watched, with indexes, and knows what changed (feature `store`, on
//!   by default).
//! - A `recording::Recorder` records what watchers watch into a file, and a `recording::Recording` looks back in it
//!   (feature `recording`).
//! - [`blocking`] is the same API without async.
//! - A **release** of Kubernetes is a Cargo feature (`rel_1_37`) and a module of the same name, with every type
//!   of its OpenAPI spec. Several can be enabled at once.
//! - `#[derive(Watchable)]` makes a custom resource watchable: see [`watchable_derive`].
//!
//! This crate is a facade: the protocol and its streams are in [`watch_runtime`], stores are in `watch-store`, the
//! traits are in [`watchable_core`]. It is not a general Kubernetes client; to create and change objects, use kube-rs beside it.
//!
//! # Programs that use kube-rs
//!
//! kube-client builds only if exactly one version of k8s-openapi is enabled in the whole program. The default
//! feature `standalone` enables the newest, and ring for TLS. If your program enables them itself, use
//! `default-features = false`.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod blocking;
mod cluster;
mod connect;
mod release_module;
mod release_modules;
pub mod releases;

pub use cluster::cluster_is_configured;
pub use connect::access;
pub use connect::{connect, connect_to, connect_with, read_kubeconfig, read_kubeconfig_from};
#[doc(no_inline)]
pub use kube_client::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
#[doc(no_inline)]
pub use kube_client::{Client, Config, Error as ClientError};
#[allow(unused_imports, unreachable_pub, reason = "empty if no release is enabled")]
pub use release_modules::*;
#[cfg(feature = "durable")]
pub use watch_durable::{
    Batch, CheckpointStore, CheckpointSummary, Checkpoints, Claim, CommittedObject, DurableError,
    DurableEvent, DurableExt, DurableStream, EventId, EventMark, Row, StoreError,
};
#[cfg(feature = "recording")]
pub use watch_recording as recording;
#[cfg(feature = "kube-runtime")]
pub use watch_runtime::KubeEvents;
pub use watch_runtime::discovery;
#[cfg(feature = "metrics")]
pub use watch_runtime::metrics;
pub use watch_runtime::{
    ApiStatus, Cause, ClusterUidError, Delivered, EventSource, EventType, InitialList,
    Interruption, Kube, MultiplexingWatcher, MuxMember, MuxStream, Origin, Phase, Position,
    RawEvent, RawEvents, Restrictions, StartFrom, StatusCause, StatusDetails, StopHandle,
    StreamOptions, WatchError, WatchEvent, WatchStatus, WatchStream, Watcher, Wire, cluster_uid,
};
#[cfg(all(feature = "store", feature = "kube-runtime"))]
pub use watch_store::StoreEvents;
#[cfg(feature = "store")]
pub use watch_store::{
    Change, ChangeOrigin, Diff, DiffOptions, Index, MultiplexerExt, ObjectKey, Objects, Snapshot,
    SourceStatus, Store, StoreBuilder, StoreStatus, StoreWriter, Stored, Stores, Subscription,
    Undecodable, Wait, WaitError, WatcherExt, diff,
};
pub use watchable_core::*;
// These macros shadow those of `watchable_core`, whose expansion refers to `watchable_core` itself.
pub use watchable_derive::{Multiplexed, Watchable};

/// Used by the expansion of the derives.
#[doc(hidden)]
pub mod __private {
    pub use watchable_core::__private::{NoKind, a_kind};
    pub use watchable_core::*;
}
