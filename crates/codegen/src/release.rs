//! A Kubernetes release, such as 1.36, and the names derived from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Failure;

/// A release of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    minor: u32,
}

impl Release {
    /// Returns the name of its crate and of the facade's feature: `rel_1_36`.
    pub fn crate_name(self) -> String {
        format!("rel_1_{}", self.minor)
    }

    /// Returns the name of its package, which has a registry's names to itself: `watchables-rel-1-36`.
    pub fn package_name(self) -> String {
        format!("watchables-rel-1-{}", self.minor)
    }

    pub(crate) fn minor(self) -> u32 {
        self.minor
    }

    /// Returns the tag of its first patch version: `v1.36.0`.
    pub(crate) fn first_tag(self) -> String {
        format!("v{self}.0")
    }

    /// Returns the path of its facts, relative to the root of the repository.
    pub(crate) fn facts_path(self) -> String {
        format!("spec/{}.json", self.crate_name())
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for Release {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        text.strip_prefix("1.")
            .filter(|minor| minor.bytes().all(|b| b.is_ascii_digit()) && !minor.starts_with('0'))
            .and_then(|minor| minor.parse().ok())
            .map(|minor| Self { minor })
            .ok_or_else(|| {
                Failure::new(format!("`{text}` is not a Kubernetes release")).hint(
                    "give the major and minor version, as in `1.36`; pass a patch version with --tag",
                )
            })
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom(format_args!("`{text}` is not a release")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_release() {
        let release: Release = "1.36".parse().unwrap();
        assert_eq!(release.to_string(), "1.36");
        assert_eq!(release.crate_name(), "rel_1_36");
        assert_eq!(release.package_name(), "watchables-rel-1-36");
        assert_eq!(release.first_tag(), "v1.36.0");
    }

    #[test]
    fn releases_sort_by_number() {
        assert!("1.9".parse::<Release>().unwrap() < "1.17".parse().unwrap());
    }

    #[test]
    fn invalid_release_is_rejected() {
        for text in
            ["", "1", "1.", "1.x", "v1.36", "1.36.0", "2.0", "1.+7", "1.07", "1.99999999999"]
        {
            assert!(text.parse::<Release>().is_err(), "{text}");
        }
    }
}
