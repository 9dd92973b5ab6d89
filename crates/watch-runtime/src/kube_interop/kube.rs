//! Types of k8s-openapi and of kube, watched as they are.

use std::ops::{Deref, DerefMut};

use kube_client::core::{ClusterResourceScope, NamespaceResourceScope, Resource};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use watchable_core::{
    Listed, NamespacedWatch, ResourceInfo, Scope, WatchItem, WatchTarget, Watched,
};

/// A type of k8s-openapi, of kube's `#[derive(CustomResource)]`, or any other that implements kube's
/// [`Resource`]: `Watcher::<Kube<k8s_openapi::api::core::v1::Pod>>` watches it.
///
/// So a program that is written with kube-rs can try this library one watcher at a time. Events carry the
/// type in this wrapper, which dereferences to it; [`into_inner`](Self::into_inner) takes it out.
/// kube's `PartialObjectMeta<K>` is watched by its metadata alone, like `Meta<Kube<K>>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kube<K>(pub K);

impl<K> Kube<K> {
    /// The type itself.
    pub fn into_inner(self) -> K {
        self.0
    }
}

impl<K> Deref for Kube<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.0
    }
}

impl<K> DerefMut for Kube<K> {
    fn deref_mut(&mut self) -> &mut K {
        &mut self.0
    }
}

/// A scope of kube's from which it is known where objects lie.
#[diagnostic::on_unimplemented(
    message = "`{K}` cannot be watched: it is part of other objects, or of a kind known only at run time",
    label = "no kind of object that lies in a namespace or in the cluster"
)]
pub trait KubeScope<K> {
    /// Where the objects lie.
    const SCOPE: Scope;
}

impl<K> KubeScope<K> for NamespaceResourceScope {
    const SCOPE: Scope = Scope::Namespaced;
}

impl<K> KubeScope<K> for ClusterResourceScope {
    const SCOPE: Scope = Scope::Cluster;
}

/// A scope of kube's whose objects lie in namespaces.
#[diagnostic::on_unimplemented(
    message = "`{K}` has no namespaced watch: it is cluster-scoped",
    label = "cluster-scoped: its objects lie in no namespace",
    note = "leave `.namespace(…)` out, and use a label or field selector to narrow the watch"
)]
pub trait KubeNamespaces<K> {}

impl<K> KubeNamespaces<K> for NamespaceResourceScope {}

impl<K> WatchTarget for Kube<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    type Item = Self;
}

impl<K> WatchItem for Kube<K>
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Send + 'static,
{
    fn metadata_only() -> bool {
        K::metadata_api()
    }

    /// These types know their kind without being told.
    fn fill_type_meta(&mut self, _: &ResourceInfo) {}
}

impl<K: Resource<DynamicType = ()>> Listed for Kube<K> {
    type Kind = Self;
}

impl<K> Watched for Kube<K>
where
    K: Resource<DynamicType = ()>,
    K::Scope: KubeScope<K>,
{
    fn resource() -> ResourceInfo {
        ResourceInfo::dynamic(
            K::group(&()),
            K::version(&()),
            K::kind(&()),
            K::plural(&()),
            <K::Scope as KubeScope<K>>::SCOPE,
        )
    }
}

impl<K> NamespacedWatch for Kube<K>
where
    K: Resource<DynamicType = ()>,
    K::Scope: KubeNamespaces<K>,
{
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::apps::v1::Deployment;
    use k8s_openapi::api::core::v1::{Node, Pod};
    use kube_client::core::PartialObjectMeta;

    use super::*;

    #[test]
    fn the_resource_is_kubes() {
        let facts = |resource: ResourceInfo| (resource.to_string(), resource.scope());
        assert_eq!(facts(Kube::<Pod>::resource()), ("pods/v1".to_owned(), Scope::Namespaced));
        assert_eq!(facts(Kube::<Node>::resource()), ("nodes/v1".to_owned(), Scope::Cluster));
        let deployment = Kube::<Deployment>::resource();
        assert_eq!(deployment.kind(), "Deployment");
        assert_eq!(facts(deployment), ("deployments.apps/v1".to_owned(), Scope::Namespaced));
    }

    #[test]
    fn kubes_type_for_metadata_is_watched_by_its_metadata() {
        assert!(Kube::<PartialObjectMeta<Pod>>::metadata_only());
        assert!(!Kube::<Pod>::metadata_only());
        assert_eq!(Kube::<PartialObjectMeta<Pod>>::resource(), Kube::<Pod>::resource());
    }

    #[test]
    fn it_is_the_type_and_is_written_as_that() {
        let mut pod: Kube<Pod> = serde_json::from_str(r#"{"metadata":{"name":"a"}}"#).unwrap();
        assert_eq!(pod.metadata.name.as_deref(), Some("a"));
        pod.metadata.name = Some("b".to_owned());
        assert!(serde_json::to_string(&pod).unwrap().contains(r#""kind":"Pod""#));
        assert_eq!(pod.into_inner().metadata.name.as_deref(), Some("b"));
    }
}
