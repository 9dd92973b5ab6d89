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

/// What other crates of ours need of how API servers and kubectl read objects. It may change in any release.
#[doc(hidden)]
pub mod __private {
    use serde_json::Value;

    /// Applies a strategic merge patch to an object of one of Kubernetes' own types.
    ///
    /// # Errors
    ///
    /// Says how the patch is malformed.
    pub fn strategic_merge(object: &mut Value, patch: Value) -> Result<(), String> {
        crate::requests::strategic_merge(object, patch)
    }

    /// Applies a JSON merge patch (RFC 7386).
    pub fn merge(object: &mut Value, patch: Value) {
        crate::requests::merge(object, patch);
    }

    /// Reads a text of YAML or JSON documents as kubectl does. Each comes with the line on which it begins, from 1.
    ///
    /// An item is an error if the text is not well-formed; it is the last item. No error quotes the text.
    pub fn documents(text: &str) -> impl Iterator<Item = Result<(usize, Value), String>> {
        crate::manifests::Documents::new(text).map(|document| {
            document
                .map(|document| (document.line, document.value))
                .map_err(|error| error.to_string())
        })
    }

    /// Returns the objects of a document: itself, or the items of a list.
    pub fn objects_of(document: Value) -> Vec<Value> {
        crate::manifests::objects_of(document).0
    }
}
