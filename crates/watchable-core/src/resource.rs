//! The facts by which an API server addresses a resource: group, version, kind, plural and scope.

use std::borrow::Cow;
use std::fmt;

/// Whether a resource's objects lie in namespaces or belong to the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Objects have no namespace: Nodes, Namespaces, ClusterRoles.
    Cluster,
    /// Every object lies in a namespace: Pods, Deployments.
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
    /// Facts known when the program is compiled.
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

    /// Facts learnt while the program runs, from a server's discovery for one.
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

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The version within the group, such as `v1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The kind, such as `Pod`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The resource's name in URLs, such as `pods`.
    pub fn plural(&self) -> &str {
        &self.plural
    }

    /// Where the objects lie.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The `apiVersion` of an object: `v1`, `apps/v1`.
    pub fn api_version(&self) -> Cow<'_, str> {
        if self.group.is_empty() {
            Cow::Borrowed(&self.version)
        } else {
            Cow::Owned(format!("{}/{}", self.group, self.version))
        }
    }

    /// The URL path of the collection, in one namespace or over all of them.
    ///
    /// The namespace is put in as it is: check it before.
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

/// `deployments.apps/v1`, and `pods/v1` for the core group.
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
    fn core_lies_under_api_and_groups_under_apis() {
        assert_eq!(POD.collection_path(None), "/api/v1/pods");
        assert_eq!(POD.collection_path(Some("kube-system")), "/api/v1/namespaces/kube-system/pods");
        assert_eq!(DEPLOYMENT.collection_path(None), "/apis/apps/v1/deployments");
        assert_eq!(
            DEPLOYMENT.collection_path(Some("shop")),
            "/apis/apps/v1/namespaces/shop/deployments"
        );
    }

    #[test]
    fn display_names_plural_group_and_version() {
        assert_eq!(POD.to_string(), "pods/v1");
        assert_eq!(DEPLOYMENT.to_string(), "deployments.apps/v1");
        assert_eq!(POD.api_version(), "v1");
        assert_eq!(DEPLOYMENT.api_version(), "apps/v1");
        let known = DEPLOYMENT;
        let parts = (known.group(), known.version(), known.kind(), known.plural());
        assert_eq!(parts, ("apps", "v1", "Deployment", "deployments"));
    }

    #[test]
    fn facts_learnt_at_run_time_equal_the_compiled_ones() {
        assert_eq!(POD, ResourceInfo::dynamic("", "v1", "Pod", "pods", Scope::Namespaced));
    }
}
