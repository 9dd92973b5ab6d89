//! Drives the Kubernetes watch protocol over kube-client and yields typed event streams.
//!
//! - **What it is:** the runtime of watchables: [`Watcher`], [`MultiplexingWatcher`],
//!   [`Discovery`](discovery::Discovery), and streams for kube-runtime's reflectors and controllers.
//! - **What it is not:** it contains no Kubernetes type and depends on no release. It watches whatever
//!   implements [`Watchable`](watchable_core::Watchable): generated types, your own, or kube's.
//! - **How to depend on it:** through the facade `watchables`, which re-exports it and provides
//!   `connect()`, the recommended way to create a client.
//! - **Layers**, each of which imports only earlier ones: `transport` (HTTP), `metrics`, `stream` (drives the
//!   protocol's state machine with a transport and a clock), `watcher` (settings), then `mux` and
//!   `kube_interop`. `discovery` stands alone. Below all of them is the crate [`watch_protocol`], which has the
//!   state machine and does no I/O.
//! - **Where to begin reading:** [`watch_protocol::machine`] for the protocol, `stream/driver.rs` for how it is
//!   driven, `watcher.rs` for the public API.
//!
//! ```
//! # use http::{Request, Response};
//! # use kube_client::Client;
//! # use kube_client::client::Body;
//! # use watchable_core::{DynamicObject, ResourceInfo, Scope};
//! use futures::TryStreamExt as _;
//! use watch_runtime::{EventType, StreamOptions, Watcher};
//!
//! # // A server that knows one pod.
//! # async fn respond(_: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
//! #     let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","uid":"1","resourceVersion":"8"}}"#;
//! #     let line = format!("{{\"type\":\"ADDED\",\"object\":{pod}}}\n");
//! #     Ok(Response::new(Body::from(line.into_bytes())))
//! # }
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! # let client = Client::new(tower::service_fn(respond), "default");
//! let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
//! let watcher = Watcher::<DynamicObject>::for_resource(client, pods).resource_version("7");
//! let mut events = watcher.stream(StreamOptions::managed());
//! let first = events.try_next().await?.expect("a managed stream does not end by itself");
//! assert_eq!((first.etype, first.obj.name()), (EventType::Added, Some("web-1")));
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(program())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod cluster_uid;
pub mod discovery;
mod kube_interop;
#[cfg(not(feature = "metrics"))]
mod metrics;
#[cfg(feature = "metrics")]
pub mod metrics;
mod mux;
mod stream;
#[cfg(test)]
mod testing;
mod transport;
mod watcher;

pub use cluster_uid::{ClusterUidError, cluster_uid};
pub use kube_interop::kube::{Kube, KubeNamespaces, KubeScope};
#[cfg(feature = "kube-runtime")]
pub use kube_interop::kube_events::KubeEvents;
pub use mux::{MultiplexingWatcher, MuxMember, MuxStream};
pub use stream::stop::StopHandle;
pub use stream::{RawEvent, RawEvents, WatchStream};
#[doc(inline)]
pub use watch_protocol::machine::{Delivered, Position};
#[doc(inline)]
pub use watch_protocol::{
    ApiStatus, Cause, EventSource, EventType, InitialList, Interruption, Origin, Phase, StartFrom,
    StatusCause, StatusDetails, StreamOptions, WatchError, WatchEvent, WatchStatus, Wire,
};
pub use watcher::{Restrictions, Watcher};
