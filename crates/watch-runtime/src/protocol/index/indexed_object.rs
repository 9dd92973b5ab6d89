//! An object in the index: its uid, its resource version and the newest list that has it.

use crate::protocol::identity::Identity;
use crate::protocol::uid::Uid;

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

    /// Whether it is this object, not another one of its name.
    pub(super) fn has_uid(&self, other: &Uid) -> bool {
        match (self, other) {
            (Self::Compact { uid, .. }, Uid::Uuid(other)) => uid == other,
            (Self::Compact { .. }, Uid::Text(_)) => false,
            (Self::Boxed { parts, .. }, other) => parts.0 == *other,
        }
    }

    /// Whether it was delivered at this version.
    pub(super) fn has_version(&self, other: &Version) -> bool {
        match (self, other) {
            (Self::Compact { version, .. }, Version::Number(other)) => version == other,
            (Self::Compact { .. }, Version::Text(_)) => false,
            (Self::Boxed { parts, .. }, other) => parts.1 == *other,
        }
    }

    /// Returns the identity of the object with this name.
    pub(super) fn identity(&self, namespace: &str, name: &str) -> Identity {
        let (uid, version) = match self {
            Self::Compact { uid, version, .. } => (Uid::Uuid(*uid), Some(version.to_string())),
            Self::Boxed { parts, .. } => (parts.0.clone(), parts.1.text()),
        };
        Identity { name: name.to_owned(), namespace: namespace.to_owned(), uid, version }
    }
}

/// A resource version. It is opaque here, and only compared for equality.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    Number(u64),
    Text(Box<str>),
}

impl Version {
    pub(super) fn of(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        match text.parse::<u64>() {
            Ok(number) if !text.starts_with(['0', '+']) => Self::Number(number),
            _ => Self::Text(text.into()),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.to_string()).filter(|text| !text.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_entry_takes_48_bytes_with_its_key() {
        assert_eq!(size_of::<(Box<str>, IndexedObject)>(), 48);
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
            let mut indexed = IndexedObject::new(3, &Uid::of(uid), Version::of(version));
            for other in uids {
                assert_eq!(indexed.has_uid(&Uid::of(other)), uid == other, "{uid:?} {other:?}");
            }
            for other in versions {
                assert_eq!(
                    indexed.has_version(&Version::of(other)),
                    version == other,
                    "{version:?} {other:?}"
                );
            }
            indexed.mark(4);
            assert_eq!(indexed.generation(), 4);
            let identity = indexed.identity("s", "a");
            assert_eq!((identity.uid, identity.version.as_deref()), (Uid::of(uid), version));
        }
    }
}
