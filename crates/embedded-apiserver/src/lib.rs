//! A small Kubernetes API server for tests, examples and a first run without a cluster.
//!
//! It serves real HTTP on loopback: lists, watches, creates, updates, patches and deletes of the
//! resources in a catalog, all in memory. Where a watcher can tell the difference, it behaves as a
//! real server does. The crate's README lists what it does not do, and its layers.
//!
//! ```
//! # use embedded_apiserver::EmbeddedServer;
//! # use watchable_core::{CatalogEntry, ResourceInfo, Scope};
//! # const CATALOG: &[CatalogEntry] = &[CatalogEntry {
//! #     resource: ResourceInfo::new("", "v1", "Namespace", "namespaces", Scope::Cluster),
//! #     list_kind: Some("NamespaceList"),
//! #     singular: "namespace",
//! #     short_names: &["ns"],
//! #     verbs: &["create", "delete", "get", "list", "patch", "update", "watch"],
//! # }];
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = EmbeddedServer::builder(CATALOG).release("1.37").start().await?;
//! server.store().create(serde_json::json!({
//!     "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"},
//! }))?;
//! println!("kubectl --server {} get namespaces", server.url());
//! server.shutdown().await;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod demo;
mod error;
mod faults;
mod fields;
mod manifests;
pub mod protobuf;
mod registry;
mod replay;
mod requests;
mod server;
mod storage;
mod store;
mod support;
mod transport;

pub use demo::{Demo, DemoOptions};
pub use error::ApiError;
pub use faults::{Fault, FaultId, Faults, Verb};
pub use replay::{Applied, Replay, ReplayError};
pub use server::{Builder, EmbeddedServer};
pub use store::{ManifestError, Store};
