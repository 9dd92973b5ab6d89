//! An object in the index: its uid, its resource version and the newest list that has it.

use crate::identity::Identity;
use crate::uid::Uid;
use crate::version::is_older;

/// An indexed object without its name. The usual form takes 32 bytes, since there may be 150,000 of
/// them.
#[derive(Debug)]
pub(super) enum IndexedObject {
    Compact { generation: u32, uid: [u8; 16], version: u64 },
    Boxed { generation: u32, parts: Box<(Uid, Version)> },
}

impl IndexedObject {
    /// Creates an object delivered in this generation.
    pub(super) fn new(generation: u32, uid: &Uid, version: Version) -> Self {
        match (uid, version) {
            (&Uid::Uuid(uid), Version::Number(version)) => {
                Self::Compact { generation, uid, version }
            }
            (uid, version) => Self::Boxed { generation, parts: Box::new((uid.clone(), version)) },
        }
    }

    /// Returns the newest generation that has the object.
    pub(super) fn generation(&self) -> u32 {
        match self {
            Self::Compact { generation, .. } | Self::Boxed { generation, .. } => *generation,
        }
    }

    /// Marks the object as part of a generation.
    pub(super) fn mark(&mut self, newer: u32) {
        match self {
            Self::Compact { generation, .. } | Self::Boxed { generation, .. } => {
                *generation = newer;
            }
        }
    }

    /// Whether it is this object, not another one of its name. A uid that one of them lacks matches.
    pub(super) fn has_uid(&self, other: &Uid) -> bool {
        match (self, other) {
            (Self::Compact { uid, .. }, Uid::Uuid(other)) => uid == other,
            (Self::Compact { .. }, Uid::Text(_)) => other.is_empty(),
            (Self::Boxed { parts, .. }, other) => parts.0.matches(other),
        }
    }

    /// Returns its uid.
    pub(super) fn uid(&self) -> Uid {
        match self {
            Self::Compact { uid, .. } => Uid::Uuid(*uid),
            Self::Boxed { parts, .. } => parts.0.clone(),
        }
    }

    /// Whether it was delivered at this version.
    pub(super) fn has_version(&self, other: &Version) -> bool {
        match (self, other) {
            (Self::Compact { version, .. }, Version::Number(other)) => version == other,
            (Self::Compact { .. }, _) => false,
            (Self::Boxed { parts, .. }, other) => parts.1 == *other,
        }
    }

    /// Whether it was delivered at a version that is certainly newer.
    pub(super) fn is_newer_than(&self, other: &Version) -> bool {
        match (self, other) {
            (Self::Compact { version, .. }, Version::Number(other)) => version > other,
            (Self::Compact { version, .. }, other) => {
                other.text().is_some_and(|other| is_older(&other, &version.to_string()))
            }
            (Self::Boxed { parts, .. }, other) => match (parts.1.text(), other.text()) {
                (Some(version), Some(other)) => is_older(&other, &version),
                _ => false,
            },
        }
    }

    /// Returns the identity of the object with this name.
    pub(super) fn identity(&self, namespace: &str, name: &str) -> Identity {
        let version = match self {
            Self::Compact { version, .. } => Some(version.to_string()),
            Self::Boxed { parts, .. } => parts.1.text(),
        };
        Identity {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            uid: self.uid(),
            version,
            content: 0,
        }
    }
}

/// A resource version, or what stands for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    Number(u64),
    Text(Box<str>),
    /// The hash of an object without a version.
    Content(u64),
}

impl Version {
    pub(super) fn of(identity: &Identity) -> Self {
        let Some(text) = identity.version.as_deref() else {
            return Self::Content(identity.content);
        };
        match text.parse::<u64>() {
            Ok(number) if !text.starts_with(['0', '+']) => Self::Number(number),
            _ => Self::Text(text.into()),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Content(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexed(uid: &str, version: Option<&str>, content: u64) -> IndexedObject {
        IndexedObject::new(3, &Uid::of(uid), of(version, content))
    }

    fn of(version: Option<&str>, content: u64) -> Version {
        let version = version.map(str::to_owned);
        Version::of(&Identity { version, content, ..Identity::default() })
    }

    #[test]
    fn uid_and_version_match_only_themselves() {
        let uids = [
            "8d81410b-1ab3-4aae-9917-698838ae0bb2",
            "5b1c1f0e-6a0e-4b53-9c0e-1b8a5f5c1d2e",
            "x",
            "",
        ];
        let versions = [Some("7"), Some("8"), Some("07"), Some("a"), None];
        for (uid, version) in uids.iter().flat_map(|uid| versions.map(|version| (*uid, version))) {
            let mut indexed = indexed(uid, version, 0);
            for other in uids {
                let same = uid == other || uid.is_empty() || other.is_empty();
                assert_eq!(indexed.has_uid(&Uid::of(other)), same, "{uid:?} {other:?}");
            }
            for other in versions {
                let same = indexed.has_version(&of(other, 0));
                assert_eq!(same, version == other, "{version:?} {other:?}");
            }
            indexed.mark(4);
            assert_eq!(indexed.generation(), 4);
            let identity = indexed.identity("s", "a");
            assert_eq!((identity.uid, identity.version.as_deref()), (Uid::of(uid), version));
        }
    }

    #[test]
    fn object_without_a_version_matches_by_content() {
        let object = indexed("x", None, 5);
        assert!(object.has_version(&of(None, 5)));
        assert!(!object.has_version(&of(None, 6)) && !object.has_version(&of(Some("5"), 0)));
        assert!(!indexed("x", Some("5"), 0).has_version(&of(None, 5)));
    }

    #[test]
    fn only_decimal_versions_are_newer() {
        let uuid = "8d81410b-1ab3-4aae-9917-697838ae0bb2";
        let huge = "18446744073709551616";
        for uid in [uuid, "x"] {
            for (version, other, newer) in [
                (Some("8"), Some("7"), true),
                (Some("8"), Some("8"), false),
                (Some("8"), Some("9"), false),
                (Some(huge), Some("9"), true),
                (Some("9"), Some(huge), false),
                (Some("8"), Some("a"), false),
                (Some("b"), Some("a"), false),
                (Some("8"), None, false),
                (None, Some("7"), false),
            ] {
                let held = indexed(uid, version, 9);
                assert_eq!(held.is_newer_than(&of(other, 1)), newer, "{version:?} {other:?}");
            }
        }
    }
}
