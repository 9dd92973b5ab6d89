//! What a watchable Kubernetes type is: its traits, its resource facts, and the API's scalar types.
//!
//! Generated models and users' own types meet the runtime here. Nothing in this crate does I/O,
//! and it knows no particular Kubernetes release.

mod byte_string;
mod catalog;
mod dynamic;
mod int_or_string;
pub mod json;
pub mod lenient;
mod list;
mod lookup;
pub mod metadata;
pub mod model;
mod multiplexed;
mod quantity;
mod raw_json;
mod resource;
mod schema_or;
pub mod selector;
mod served;
mod time;
mod traits;

pub use byte_string::ByteString;
pub use catalog::CatalogEntry;
pub use dynamic::DynamicObject;
pub use int_or_string::IntOrString;
pub use list::{ListMetadata, ObjectList};
pub use lookup::{Named, UnknownResource, find};
pub use metadata::Meta;
pub use multiplexed::{Accepts, AnyObject};
pub use quantity::Quantity;
pub use raw_json::{FieldsV1, RawExtension, RawJson};
pub use resource::{ResourceInfo, Scope};
pub use schema_or::{SchemaOrArray, SchemaOrBool, SchemaOrStringArray};
pub use served::ServedResource;
pub use time::{MicroTime, Time};
#[doc(hidden)]
pub use traits::Decoded;
pub use traits::{
    DynamicTarget, Listed, NamespacedWatch, Resource, WatchItem, WatchTarget, Watchable, Watched,
};
/// Makes an enum the items of a stream of several kinds: see [`Accepts`] and `watchable_derive`.
pub use watchable_derive::CoreMultiplexed as Multiplexed;
/// Makes a type watchable: see the [`Watchable`](trait@Watchable) trait and `watchable_derive`.
pub use watchable_derive::CoreWatchable as Watchable;

/// For the code that [`model!`] writes.
#[doc(hidden)]
pub mod __private {
    pub use crate::multiplexed::{NoKind, a_kind};
    pub use serde::de::{Deserialize, Deserializer, MapAccess};
    pub use serde::ser::{Serialize, SerializeMap, Serializer};
}
