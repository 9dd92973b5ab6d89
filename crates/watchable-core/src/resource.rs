//! How an API server addresses a resource: group, version, kind, plural and scope.

use std::borrow::Cow;
use std::fmt;

/// Whether a resource is namespaced or cluster-scoped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Objects have no namespace: Nodes, Namespaces, ClusterRoles.
    Cluster,
    /// Every object is in a namespace: Pods, Deployments.
    Namespaced,
}

/// Group, version, kind, plural and scope of a resource.
///
/// The names are those of the Kubernetes API concepts page: the *kind* is the schema
/// (`Deployment`), the *plural* is the resource's name in URLs (`deployments`), and the core group
/// is the empty string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceInfo {
    group: Cow<'static, str>,
    version: Cow<'static, str>,
    kind: Cow<'static, str>,
    plural: Cow<'static, str>,
    scope: Scope,
}

impl ResourceInfo {
    /// Creates a resource from static strings, for constants.
    pub const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
        scope: Scope,
    ) -> Self {
        Self {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(kind),
            plural: Cow::Borrowed(plural),
            scope,
        }
    }

    /// Creates a resource at run time, for example from a server's discovery.
    pub fn dynamic(
        group: impl Into<String>,
        version: impl Into<String>,
        kind: impl Into<String>,
        plural: impl Into<String>,
        scope: Scope,
    ) -> Self {
        Self {
            group: Cow::Owned(group.into()),
            version: Cow::Owned(version.into()),
            kind: Cow::Owned(kind.into()),
            plural: Cow::Owned(plural.into()),
            scope,
        }
    }

    /// Returns the API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Returns the version within the group, such as `v1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the kind, such as `Pod`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the resource's name in URLs, such as `pods`.
    pub fn plural(&self) -> &str {
        &self.plural
    }

    /// Returns whether the resource is namespaced or cluster-scoped.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns the `apiVersion` of an object: `v1`, `apps/v1`.
    pub fn api_version(&self) -> Cow<'_, str> {
        if self.group.is_empty() {
            Cow::Borrowed(&self.version)
        } else {
            Cow::Owned(format!("{}/{}", self.group, self.version))
        }
    }

    /// Returns the URL path of the collection, in one namespace or across all of them.
    ///
    /// The namespace is inserted verbatim; validate it first.
    pub fn collection_path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let mut path = format!("{root}/{}", self.api_version());
        if let Some(namespace) = namespace {
            path.push_str("/namespaces/");
            path.push_str(namespace);
        }
        path.push('/');
        path.push_str(&self.plural);
        path
    }
}

/// Displays as `deployments.apps/v1`, or `pods/v1` for the core group.
impl fmt::Display for ResourceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plural)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        write!(f, "/{}", self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    const DEPLOYMENT: ResourceInfo =
        ResourceInfo::new("apps", "v1", "Deployment", "deployments", Scope::Namespaced);

    #[test]
    fn collection_path_starts_with_api_or_apis() {
        assert_eq!(POD.collection_path(None), "/api/v1/pods");
        assert_eq!(POD.collection_path(Some("kube-system")), "/api/v1/namespaces/kube-system/pods");
        assert_eq!(DEPLOYMENT.collection_path(None), "/apis/apps/v1/deployments");
        assert_eq!(
            DEPLOYMENT.collection_path(Some("shop")),
            "/apis/apps/v1/namespaces/shop/deployments"
        );
    }

    #[test]
    fn displays_plural_group_and_version() {
        assert_eq!(POD.to_string(), "pods/v1");
        assert_eq!(DEPLOYMENT.to_string(), "deployments.apps/v1");
        assert_eq!(POD.api_version(), "v1");
        assert_eq!(DEPLOYMENT.api_version(), "apps/v1");
        let resource = DEPLOYMENT;
        let parts = (resource.group(), resource.version(), resource.kind(), resource.plural());
        assert_eq!(parts, ("apps", "v1", "Deployment", "deployments"));
    }

    #[test]
    fn dynamic_resource_equals_a_static_one() {
        assert_eq!(POD, ResourceInfo::dynamic("", "v1", "Pod", "pods", Scope::Namespaced));
    }
}
