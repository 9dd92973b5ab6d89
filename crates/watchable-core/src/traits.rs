//! The traits by which a type says that it can be watched, and the compiler why it cannot.

use serde::de::DeserializeOwned;

use crate::ResourceInfo;

/// A kind that an API server serves, with the facts that address it.
pub trait Resource {
    /// Group, version, kind, plural and scope.
    const RESOURCE: ResourceInfo;
}

/// An object as events carry it: decoded from JSON, and told its kind where a list left it out.
#[diagnostic::on_unimplemented(
    message = "no event carries a `{Self}`: it is not a kind of object that is watched",
    label = "not a kind that is watched",
    note = "of a list type, events carry the items; for a custom resource of your own, add `#[derive(Watchable)]` and `#[watchable(…)]`; for a type of k8s-openapi or of kube, use `Kube<{Self}>`"
)]
pub trait WatchItem: DeserializeOwned + Send + 'static {
    /// Fills in `apiVersion` and `kind` where they are absent, as they are in a list's items.
    fn fill_type_meta(&mut self, resource: &ResourceInfo);

    /// Whether the server is asked for no more than the objects' metadata.
    fn metadata_only() -> bool {
        false
    }
}

/// What the derive asks of a generic type.
#[doc(hidden)]
pub trait Decoded: DeserializeOwned + Send + 'static {}

impl<T: DeserializeOwned + Send + 'static> Decoded for T {}

/// A type that names what a watcher is about: an object type, or the list type of one.
///
/// Both lead to the same [`Item`](Self::Item), so that `Watcher::<Pod>` and `Watcher::<PodList>`
/// are the same watcher. Whether it can be watched at all is [`Watchable`]'s to say.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: it is not a kind of object that an API server serves",
    label = "not a kind that an API server serves",
    note = "watch the kind that contains it; for a custom resource of your own, add `#[derive(Watchable)]` and `#[watchable(…)]`; for a type of k8s-openapi or of kube, watch `Kube<{Self}>`"
)]
pub trait WatchTarget {
    /// The object type that events carry.
    type Item: WatchItem;
}

/// A kind of which the API server keeps a collection that it lists.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: an API server answers requests with it but keeps no collection of it to list or watch",
    label = "the API server keeps no collection of these",
    note = "a `DynamicObject` is watched as a resource that is named: `Watcher::for_resource(client, resource)`"
)]
pub trait Listed {
    /// The type itself. It lets the compiler stop at the first reason why a type cannot be watched.
    type Kind;
}

/// A kind of which the API server offers a watch, cluster-wide.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be watched: an API server lists it but offers no watch of it",
    label = "the API server offers no watch of these"
)]
pub trait Watched {
    /// Group, version, kind, plural and scope of what is watched.
    fn resource() -> ResourceInfo;
}

/// A kind that can be watched in one namespace.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no namespaced watch: it is cluster-scoped",
    label = "cluster-scoped: its objects lie in no namespace",
    note = "leave `.namespace(…)` out, and use a label or field selector to narrow the watch"
)]
pub trait NamespacedWatch {}

/// An item type whose kind is named while the program runs: `DynamicObject`, and `Meta<DynamicObject>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is of one kind: its watcher needs no resource",
    label = "of one kind that is known",
    note = "use `Watcher::new(client)`; for a resource chosen at run time, watch `DynamicObject` or `Meta<DynamicObject>`"
)]
pub trait DynamicTarget: WatchTarget<Item = Self> {}

/// A type that can be watched: an object type such as `Pod`, or its list type `PodList`.
///
/// It is never implemented by hand: `#[derive(Watchable)]` implements the traits that it stands
/// for, and every type that has them is `Watchable`.
pub trait Watchable: WatchTarget<Item: Listed<Kind: Watched>> {}

impl<T> Watchable for T where T: WatchTarget<Item: Listed<Kind: Watched>> {}
