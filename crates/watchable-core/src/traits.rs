//! The traits of watchable types, with diagnostics that say why a type cannot be watched.

use serde::de::DeserializeOwned;

use crate::protobuf::{self, Envelope};
use crate::{ResourceInfo, json};

/// A type whose resource is fixed at compile time.
pub trait Resource {
    /// Group, version, kind, plural and scope.
    const RESOURCE: ResourceInfo;
}

/// The object of a watch event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an object type that can be watched",
    label = "not a watchable object type",
    note = "the events of a list type contain its items; for a custom resource, add `#[derive(Watchable)]` and `#[watchable(…)]`; for a type of k8s-openapi or kube, use `Kube<{Self}>`"
)]
pub trait WatchItem: DeserializeOwned + Send + 'static {
    /// Sets `apiVersion` and `kind` if they are absent, as in the items of a list.
    fn fill_type_meta(&mut self, resource: &ResourceInfo);

    /// Returns whether watchers request only the metadata of the objects.
    fn metadata_only() -> bool {
        false
    }

    /// Returns whether watchers request rows of a table. Their JSON is a row of the server's table, perhaps with the
    /// member `columnDefinitions`, and has a member `object` in any case.
    fn as_table() -> bool {
        false
    }

    /// Decodes an object in JSON. With `drops_managed_fields`, as if it had no `metadata.managedFields`.
    ///
    /// # Errors
    ///
    /// Fails if the text is not JSON, or does not match the type.
    fn from_json(text: &[u8], drops_managed_fields: bool) -> Result<Self, json::Error> {
        if drops_managed_fields {
            json::without_managed_fields(text)
        } else {
            json::from_slice(text)
        }
    }

    /// Returns whether the type decodes from protobuf ([`from_protobuf`](Self::from_protobuf)), so that watchers may
    /// request it. False by default: API servers have no protobuf of custom resources.
    fn has_protobuf() -> bool {
        false
    }

    /// Decodes an object in protobuf. `apiVersion` and `kind` are those of the envelope, or absent, as in the items of
    /// a list. With `drops_managed_fields`, `metadata.managedFields` are skipped.
    ///
    /// # Errors
    ///
    /// Fails if the object is truncated or damaged, or does not match the type; always if the type
    /// [has no protobuf](Self::has_protobuf).
    fn from_protobuf(
        envelope: &Envelope<'_>,
        drops_managed_fields: bool,
    ) -> Result<Self, protobuf::Error> {
        let _ = (envelope, drops_managed_fields);
        Err(protobuf::Error::new("the type does not decode from protobuf".to_owned()))
    }
}

/// The bound that the derive adds for a generic type.
#[doc(hidden)]
pub trait Decoded: DeserializeOwned + Send + 'static {}

impl<T: DeserializeOwned + Send + 'static> Decoded for T {}

/// An object type or the list type of one.
///
/// Both have the same [`Item`](Self::Item): `Watcher::<Pod>` and `Watcher::<PodList>` watch the same. Whether
/// the server supports watching it is expressed by [`Watchable`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: it is not a Kubernetes object or list type",
    label = "not a Kubernetes object or list type",
    note = "watch the object that contains it; for a custom resource, add `#[derive(Watchable)]` and `#[watchable(…)]`; for a type of k8s-openapi or kube, watch `Kube<{Self}>`"
)]
pub trait WatchTarget {
    /// The type of the objects in watch events.
    type Item: WatchItem;
}

/// An object type of which the API server has a collection that can be listed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: the API server has no collection of it to list or watch",
    label = "no collection to list or watch",
    note = "to watch `DynamicObject` or `Meta<DynamicObject>`, name the resource: `Watcher::for_resource(client, resource)`"
)]
pub trait Listed {
    /// The type itself. It makes the compiler stop at the first reason why a type cannot be watched.
    type Kind;
}

/// An object type that the API server supports watching, across all namespaces.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: the API server can list it but does not support watching it",
    label = "the API server does not support watching it"
)]
pub trait Watched {
    /// Returns the resource that is watched.
    fn resource() -> ResourceInfo;
}

/// An object type that can be watched in a single namespace.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no namespaced watch: it is cluster-scoped",
    label = "cluster-scoped: its objects are in no namespace",
    note = "remove `.namespace(…)`; to narrow the watch, use a label or field selector"
)]
pub trait NamespacedWatch {}

/// An object type whose resource is chosen at run time: `DynamicObject` and `Meta<DynamicObject>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` already determines its resource: its watcher takes none",
    label = "the resource is determined by the type",
    note = "use `Watcher::new(client)`; for a resource chosen at run time, watch `DynamicObject` or `Meta<DynamicObject>`"
)]
pub trait DynamicTarget: WatchTarget<Item = Self> {}

/// A type that can be watched: an object type such as `Pod`, or its list type `PodList`.
///
/// Do not implement it by hand: `#[derive(Watchable)]` implements the traits that it consists of, and every
/// type with these traits is `Watchable`.
pub trait Watchable: WatchTarget<Item: Listed<Kind: Watched>> {}

impl<T> Watchable for T where T: WatchTarget<Item: Listed<Kind: Watched>> {}
