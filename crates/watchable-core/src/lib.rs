//! The traits, resource descriptions and scalar types that make a Kubernetes type watchable.
//!
//! Generated types and custom resources implement the traits of this crate; `watch-runtime` watches whatever
//! implements them. The crate is not a client: it does no I/O, needs no async runtime, and contains no type of
//! a Kubernetes release. Applications use it through the facade, `watchables`.
//!
//! Start reading at [`Watchable`](trait@Watchable), then [`model`](mod@model) (how generated types are decoded) and
//! [`json`] (the deserializer).
//!
//! ```
//! use watchable_core::metadata::ObjectMeta;
//! use watchable_core::{Resource as _, Watchable};
//!
//! #[derive(serde::Deserialize, Watchable)]
//! #[watchable(group = "stable.example.com", version = "v1", plural = "crontabs", namespaced)]
//! struct CronTab {
//!     metadata: ObjectMeta,
//! }
//!
//! assert_eq!(CronTab::RESOURCE.api_version(), "stable.example.com/v1");
//! let tab: CronTab = serde_json::from_str(r#"{"metadata": {"name": "nightly"}}"#)?;
//! assert_eq!(tab.metadata.name.as_deref(), Some("nightly"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod byte_string;
mod catalog;
mod decode_error;
mod dynamic;
pub mod field_path;
mod fnv1a;
mod int_or_string;
pub mod json;
pub mod lenient;
mod list;
mod lookup;
pub mod map;
pub mod metadata;
pub mod model;
mod multiplexed;
pub mod protobuf;
mod quantity;
mod raw_json;
pub mod redact;
mod resource;
mod schema_or;
pub mod secrets;
pub mod selector;
mod served;
mod table_row;
mod text;
mod time;
mod traits;

pub use byte_string::ByteString;
pub use catalog::CatalogEntry;
pub use dynamic::DynamicObject;
pub use fnv1a::fnv1a;
pub use int_or_string::IntOrString;
pub use list::{ListMetadata, ObjectList};
pub use lookup::{Named, UnknownResource, find};
pub use map::Map;
pub use metadata::Meta;
pub use multiplexed::{Accepts, AnyObject};
pub use quantity::Quantity;
pub use raw_json::{FieldsV1, RawExtension, RawJson};
pub use resource::{ResourceInfo, Scope};
pub use schema_or::{SchemaOrArray, SchemaOrBool, SchemaOrStringArray};
pub use served::ServedResource;
pub use table_row::{TableColumn, TableRow};
pub use text::Text;
pub use time::{MicroTime, Time};
#[doc(hidden)]
pub use traits::Decoded;
pub use traits::{
    DynamicTarget, Listed, NamespacedWatch, Resource, WatchItem, WatchTarget, Watchable, Watched,
};
/// Derives [`Accepts`] for an enum with a variant for each kind: see `watchable_derive`.
pub use watchable_derive::CoreMultiplexed as Multiplexed;
/// Derives the traits of a [`Watchable`](trait@Watchable) type: see `watchable_derive`.
pub use watchable_derive::CoreWatchable as Watchable;

/// Used by the expansion of [`model!`] and the derives.
#[doc(hidden)]
pub mod __private {
    pub use crate::multiplexed::{NoKind, a_kind};
    pub use serde::de::{Deserialize, Deserializer};
    pub use serde::ser::{Serialize, SerializeMap, Serializer};
}
