//! Makes the types of k8s-openapi and kube watchable.

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
/// A program written with kube-rs can thus adopt this library one watcher at a time. Events carry this
/// wrapper, which dereferences to the type; [`into_inner`](Self::into_inner) unwraps it. For kube's
/// `PartialObjectMeta<K>`, as for `Meta<Kube<K>>`, the server sends only the metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kube<K>(pub K);

impl<K> Kube<K> {
    /// Unwraps the object.
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

/// kube's scopes that are known at compile time: namespaced or cluster-scoped.
#[diagnostic::on_unimplemented(
    message = "`{K}` cannot be watched: it is part of other objects, or of a kind known only at run time",
    label = "not an object kind with a namespaced or cluster scope"
)]
pub trait KubeScope<K> {
    /// The scope of the objects.
    const SCOPE: Scope;
}

impl<K> KubeScope<K> for NamespaceResourceScope {
    const SCOPE: Scope = Scope::Namespaced;
}

impl<K> KubeScope<K> for ClusterResourceScope {
    const SCOPE: Scope = Scope::Cluster;
}

/// kube's scopes whose objects are namespaced.
#[diagnostic::on_unimplemented(
    message = "`{K}` has no namespaced watch: it is cluster-scoped",
    label = "cluster-scoped: its objects are in no namespace",
    note = "remove `.namespace(…)`; to narrow the watch, use a label or field selector"
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

    /// Does nothing: these types serialize their own kind.
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
    fn resource_matches_kubes_resource() {
        let facts = |resource: ResourceInfo| (resource.to_string(), resource.scope());
        assert_eq!(facts(Kube::<Pod>::resource()), ("pods/v1".to_owned(), Scope::Namespaced));
        assert_eq!(facts(Kube::<Node>::resource()), ("nodes/v1".to_owned(), Scope::Cluster));
        let deployment = Kube::<Deployment>::resource();
        assert_eq!(deployment.kind(), "Deployment");
        assert_eq!(facts(deployment), ("deployments.apps/v1".to_owned(), Scope::Namespaced));
    }

    #[test]
    fn partial_object_meta_watches_metadata_only() {
        assert!(Kube::<PartialObjectMeta<Pod>>::metadata_only());
        assert!(!Kube::<Pod>::metadata_only());
        assert_eq!(Kube::<PartialObjectMeta<Pod>>::resource(), Kube::<Pod>::resource());
    }

    #[test]
    fn wrapper_is_transparent() {
        let mut pod: Kube<Pod> = serde_json::from_str(r#"{"metadata":{"name":"a"}}"#).unwrap();
        assert_eq!(pod.metadata.name.as_deref(), Some("a"));
        pod.metadata.name = Some("b".to_owned());
        assert!(serde_json::to_string(&pod).unwrap().contains(r#""kind":"Pod""#));
        assert_eq!(pod.into_inner().metadata.name.as_deref(), Some("b"));
    }
}
