//! A Kubernetes version with or without its patch number.

use std::fmt;
use std::str::FromStr;

/// A version such as `1.36` or `1.36.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) major: u32,
    pub(super) minor: u32,
    pub(super) patch: Option<u32>,
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a version such as 1.36 or 1.36.1");
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse::<u32>);
        let mut next = || parts.next().transpose().map_err(|_| wrong());
        let (major, minor, patch) = (next()?, next()?, next()?);
        match (major, minor, next()?) {
            (Some(major), Some(minor), None) => Ok(Self { major, minor, patch }),
            _ => Err(wrong()),
        }
    }
}

impl Version {
    /// Returns whether a full version matches; without a patch number, any patch version does.
    pub(super) fn matches(self, other: Self) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
            && (self.patch.is_none() || self.patch == other.patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_parsed_and_matched() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(version("v1.36.1").to_string(), "1.36.1");
        assert!(version("1.36").matches(version("1.36.4")));
        assert!(!version("1.36.1").matches(version("1.36.4")));
        assert!(version("1.9.12") < version("1.36.0"));
        for wrong in ["1", "1.x", "", "1.2.3.4", "1.36.0-rc.1"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }
}
