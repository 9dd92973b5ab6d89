//! The routes of the API: what a path addresses.

use super::query::percent_decode;

/// The target of a path, by the form of the path alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Root,
    Health,
    Version,
    /// `/openapi/v2`
    OpenApi,
    /// `/api`
    ApiVersions,
    /// `/apis`
    Groups,
    /// `/apis/apps`
    Group(String),
    /// `/api/v1`, `/apis/apps/v1`
    ApiVersion(String),
    Resource(ResourcePath),
    Unknown,
}

/// The path of a collection, an object, or a subresource.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ResourcePath {
    pub(crate) api_version: String,
    pub(crate) plural: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
    /// Whether the path is a legacy one with `/watch/`.
    pub(crate) watch: bool,
}

pub(crate) fn parse(path: &str) -> Route {
    let mut segments = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match percent_decode(segment, false) {
            Some(segment) => segments.push(segment),
            None => return Route::Unknown,
        }
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments[..] {
        [] => Route::Root,
        ["version"] => Route::Version,
        ["healthz" | "readyz" | "livez", ..] => Route::Health,
        ["openapi", "v2"] => Route::OpenApi,
        ["api"] => Route::ApiVersions,
        ["apis"] => Route::Groups,
        ["apis", group] => Route::Group(group.to_owned()),
        ["api", version] => Route::ApiVersion(version.to_owned()),
        ["apis", group, version] => Route::ApiVersion(format!("{group}/{version}")),
        ["api", version, ref rest @ ..] => resource(version.to_owned(), rest),
        ["apis", group, version, ref rest @ ..] => resource(format!("{group}/{version}"), rest),
        _ => Route::Unknown,
    }
}

fn resource(api_version: String, segments: &[&str]) -> Route {
    let (watch, segments) = match segments {
        ["watch", rest @ ..] => (true, rest),
        _ => (false, segments),
    };
    let (namespace, segments) = match segments {
        // Subresources of the namespace itself.
        ["namespaces", _, "status" | "finalize"] => (None, segments),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        _ => (None, segments),
    };
    let (plural, name, subresource) = match *segments {
        [plural] => (plural, None, None),
        [plural, name] => (plural, Some(name), None),
        [plural, name, subresource] => (plural, Some(name), Some(subresource)),
        _ => return Route::Unknown,
    };
    Route::Resource(ResourcePath {
        api_version,
        plural: plural.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        subresource: subresource.map(str::to_owned),
        watch,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addressed(path: &str) -> ResourcePath {
        match parse(path) {
            Route::Resource(target) => target,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn collections_and_objects() {
        let pods = addressed("/api/v1/pods");
        assert_eq!((pods.api_version.as_str(), pods.plural.as_str()), ("v1", "pods"));
        let pod = addressed("/api/v1/namespaces/shop/pods/a%2Db/status");
        assert_eq!(pod.namespace.as_deref(), Some("shop"));
        assert_eq!(pod.name.as_deref(), Some("a-b"));
        assert_eq!(pod.subresource.as_deref(), Some("status"));
        assert_eq!(addressed("/apis/apps/v1/deployments").api_version, "apps/v1");
    }

    #[test]
    fn namespace_path_without_a_collection_is_an_object() {
        let namespace = addressed("/api/v1/namespaces/shop");
        assert_eq!(
            (namespace.plural.as_str(), namespace.name.as_deref()),
            ("namespaces", Some("shop"))
        );
        let status = addressed("/api/v1/namespaces/shop/status");
        assert_eq!((status.plural.as_str(), status.namespace), ("namespaces", None));
    }

    #[test]
    fn legacy_watches() {
        let pods = addressed("/api/v1/watch/namespaces/shop/pods");
        assert!(pods.watch && pods.namespace.is_some() && pods.name.is_none());
        let namespaces = addressed("/api/v1/watch/namespaces");
        assert_eq!((namespaces.watch, namespaces.plural.as_str()), (true, "namespaces"));
    }

    #[test]
    fn other_paths() {
        assert_eq!(parse("/apis/apps/v1/"), Route::ApiVersion("apps/v1".into()));
        assert_eq!(parse("/readyz"), Route::Health);
        assert_eq!(parse("/openapi/v2"), Route::OpenApi);
        assert_eq!(parse("/openapi/v3"), Route::Unknown);
        assert_eq!(parse("/api/v1/%zz"), Route::Unknown);
    }
}
