//! The order of the versions of a group.

/// Returns a key that sorts versions by priority: stable before beta before alpha, and higher
/// numbers first. Names of another form come last, in alphabetical order.
pub(crate) fn version_priority(version: &str) -> impl Ord + use<> {
    use std::cmp::Reverse;
    let (stability, major, minor) = parse(version).unwrap_or_default();
    (Reverse(stability), Reverse(major), Reverse(minor), version.to_owned())
}

/// Parses `v2beta3` into stability, 2 and 3.
fn parse(version: &str) -> Option<(u8, u32, u32)> {
    let rest = version.strip_prefix('v')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (major, rest) = rest.split_at(digits);
    let major = major.parse().ok()?;
    if rest.is_empty() {
        return Some((3, major, 0));
    }
    let (stability, minor) = match rest.strip_prefix("beta") {
        Some(minor) => (2, minor),
        None => (1, rest.strip_prefix("alpha")?),
    };
    Some((stability, major, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_by_kubernetes_priority() {
        let mut versions = [
            "foo",
            "v1alpha1",
            "v2beta1",
            "v1",
            "v11beta2",
            "v10beta3",
            "v2",
            "v10",
            "v11alpha2",
            "bar",
        ];
        versions.sort_by_key(|version| version_priority(version));
        let expected = [
            "v10",
            "v2",
            "v1",
            "v11beta2",
            "v10beta3",
            "v2beta1",
            "v11alpha2",
            "v1alpha1",
            "bar",
            "foo",
        ];
        assert_eq!(versions, expected);
    }
}
