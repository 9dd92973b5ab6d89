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
//! # Layers
//!
//! Each imports only earlier ones. [`diff`] (two versions of an object, compared); `key`; `encoded`, `facts` (what indexes
//! need of an object as received); `entry` (an object); `slots` (the places of objects, of which snapshots are taken);
//! `change` and `index` (tables of keys); `mailbox` (what a subscriber has yet to receive); `tables` (all of these, behind
//! one lock); `progress`, `keeper`, `source`; `shared`; `feeder` (the task that applies events); `handle` (start and stop);
//! `snapshot`, `subscription`, `by_index`, `wait`, `status`, `writer`; `builder` and `store`; `stores`, `watcher_ext` and
//! `kube_events`.

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
