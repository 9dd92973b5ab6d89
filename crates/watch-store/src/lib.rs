//! Keeps the present state of watched Kubernetes objects, with indexes and changes.
//!
//! - **What it is:** [`Store`], fed by the watchers of `watch-runtime`: look-ups without copies, [indexes](Index),
//!   [subscriptions](Subscription) that know each object before and after a change, and [waits](Wait) for what the
//!   program has written.
//! - **What it is not:** it does no I/O of its own, contains no Kubernetes type and depends on no release.
//! - **How to depend on it:** through the facade `watchables`, whose feature `store` is on by default.
//! - **Memory:** a store holds each object once: decoded, as a [projection](StoreBuilder::project), or
//!   [encoded](StoreBuilder::compact). Its keys are those of the watcher's own record of what it has delivered. A relist
//!   changes what has changed, and never builds a second state.
//!
//! ```
//! # use embedded_apiserver::EmbeddedServer;
//! # use kube_client::{Client, Config};
//! # use watch_runtime::Watcher;
//! # use watchable_core::{DynamicObject, ResourceInfo, Scope};
//! use watch_store::WatcherExt as _;
//!
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! # let catalog = release_catalogs::catalog(release_catalogs::NEWEST).ok_or("no catalog")?;
//! # let server = EmbeddedServer::builder(catalog).start().await?;
//! # server.store().create_from_manifest(
//! #     "{apiVersion: v1, kind: Node, metadata: {name: node-7, labels: {zone: west}}}")?;
//! # let client = Client::try_from(Config::new(server.url().parse()?))?;
//! # let nodes = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);
//! # let watcher = Watcher::<DynamicObject>::for_resource(client, nodes);
//! let nodes = watcher.store();
//! nodes.ready().await?;
//! assert_eq!(nodes.select("zone=west,role!=infra")?.len(), 1);
//! let mut changes = nodes.subscribe(); // what there is, and then each change
//! let first = changes.next().await.expect("a store that goes on");
//! assert_eq!(first.key.name(), "node-7");
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new()?.block_on(program())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layers
//!
//! Each imports only earlier ones. [`diff`] (two versions of an object, compared); `key`; `encoded`, `facts` (what indexes
//! need of an object as received); `entry` (an object); `slots` (the places of objects, of which snapshots are taken);
//! `change` and `index` (tables of keys); `mailbox` (what a subscriber has yet to receive); `tables` (all of these, behind
//! one lock); `progress`, `keeper`, `source`; `shared`; `feeder` (the task that applies events); `handle` (start and stop);
//! `snapshot`, `subscription`, `by_index`, `wait`, `status`, `writer`; `builder` and `store`; `stores`, `watcher_ext` and
//! `kube_events`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod by_index;
mod change;
pub mod diff;
mod encoded;
mod entry;
mod facts;
mod feeder;
mod handle;
mod index;
mod keeper;
mod key;
#[cfg(feature = "kube-runtime")]
mod kube_events;
mod mailbox;
mod progress;
mod shared;
mod slots;
mod snapshot;
mod source;
mod status;
mod store;
mod stores;
mod subscription;
mod tables;
#[cfg(test)]
mod tests;
mod wait;
mod watcher_ext;
mod writer;

pub use builder::StoreBuilder;
pub use by_index::Index;
pub use change::{Change, ChangeOrigin};
pub use diff::{Diff, DiffOptions};
pub use key::ObjectKey;
#[cfg(feature = "kube-runtime")]
pub use kube_events::StoreEvents;
pub use snapshot::{Objects, Snapshot, Stored};
pub use status::{SourceStatus, StoreStatus, Undecodable};
pub use store::Store;
pub use stores::{MultiplexerExt, Stores};
pub use subscription::Subscription;
pub use wait::{Wait, WaitError};
pub use watcher_ext::WatcherExt;
pub use writer::StoreWriter;
