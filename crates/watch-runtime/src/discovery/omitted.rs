//! A group that could not be read, and the names that it may have.

use std::sync::Arc;

use crate::discovery::failure::Failure;

/// A group, or one version of it, that could not be read.
#[derive(Debug)]
pub(super) struct Omitted {
    /// The group's name. Empty for the core group; `None` if all groups of `/apis` are omitted.
    pub(super) group: Option<String>,
    pub(super) failure: Arc<Failure>,
}

impl Omitted {
    /// Returns whether the group may have the resource of this name, in any form that
    /// [`find`](watchable_core::find) accepts.
    pub(super) fn may_have(&self, name: &str) -> bool {
        let is_version = |text: &str| {
            text.strip_prefix('v')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let name = match name.rsplit_once('/') {
            Some((name, version)) if is_version(version) => name,
            _ => name,
        };
        let (Some(group), Some((_, qualifier))) = (&self.group, name.split_once('.')) else {
            return true;
        };
        let (version, rest) = qualifier.split_once('.').unwrap_or((qualifier, ""));
        let wanted = if is_version(version) { rest } else { qualifier };
        if wanted.is_empty() { group.is_empty() } else { group.starts_with(wanted) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::failure::Reason;

    #[test]
    fn omitted_group_may_have_names_without_a_group_and_its_own() {
        let may_have = |group: &str, name: &str| {
            let failure = Arc::new(Failure::new("/apis", Reason::Timeout));
            Omitted { group: Some(group.to_owned()), failure }.may_have(name)
        };
        for name in [
            "foos",
            "foos.x",
            "foos.x.example.com",
            "foos.v1.x.example.com",
            "foos.x.example.com/v1",
        ] {
            assert!(may_have("x.example.com", name), "{name}");
        }
        for name in ["foos.apps", "foos.v1", "foos.v1.apps", "foos.apps/v1"] {
            assert!(!may_have("x.example.com", name), "{name}");
        }
        assert!(may_have("", "pods") && may_have("", "pods.v1") && !may_have("", "pods.apps"));
    }
}
