//! How kinds are called in the list.

use watchables::ResourceInfo;

/// Returns the name of a kind in the list.
pub(super) fn title(resource: &ResourceInfo) -> String {
    // Kubernetes' own kinds are known by their names; those of others by their groups, too.
    let is_own = resource.group().is_empty() || !resource.group().contains('.');
    if is_own || resource.group().ends_with(".k8s.io") {
        resource.plural().to_owned()
    } else {
        format!("{}.{}", resource.plural(), resource.group())
    }
}

#[cfg(test)]
mod tests {
    use watchables::Scope;

    use super::*;

    #[test]
    fn kinds_of_others_are_named_with_their_group() {
        for (group, plural, expected) in [
            ("", "pods", "pods"),
            ("apps", "deployments", "deployments"),
            ("networking.k8s.io", "ingresses", "ingresses"),
            ("cert-manager.io", "certificates", "certificates.cert-manager.io"),
        ] {
            let resource = ResourceInfo::new(group, "v1", "Kind", plural, Scope::Namespaced);
            assert_eq!(title(&resource), expected);
        }
    }
}
