//! What is known of an object that was delivered: which one it is, and at which version.

use crate::protocol::identity::Identity;
use crate::protocol::uid::Uid;

/// An object but for its name. As servers make them, it takes 32 bytes: there may be 150,000 of them.
#[derive(Debug)]
pub(super) enum Known {
    Usual { pass: u32, uid: [u8; 16], version: u64 },
    Odd { pass: u32, who: Box<(Uid, Version)> },
}

impl Known {
    /// One that was delivered in this pass.
    pub(super) fn new(pass: u32, uid: &Uid, version: Version) -> Self {
        match (uid, version) {
            (&Uid::Uuid(uid), Version::Number(version)) => Self::Usual { pass, uid, version },
            (uid, version) => Self::Odd { pass, who: Box::new((uid.clone(), version)) },
        }
    }

    /// The newest pass that it is part of.
    pub(super) fn pass(&self) -> u32 {
        match self {
            Self::Usual { pass, .. } | Self::Odd { pass, .. } => *pass,
        }
    }

    /// Makes it part of a pass.
    pub(super) fn mark(&mut self, newer: u32) {
        match self {
            Self::Usual { pass, .. } | Self::Odd { pass, .. } => *pass = newer,
        }
    }

    /// Whether it is this object, not another one of its name.
    pub(super) fn is(&self, other: &Uid) -> bool {
        match (self, other) {
            (Self::Usual { uid, .. }, Uid::Uuid(other)) => uid == other,
            (Self::Usual { .. }, Uid::Text(_)) => false,
            (Self::Odd { who, .. }, other) => who.0 == *other,
        }
    }

    /// Whether it was delivered at this version.
    pub(super) fn is_at(&self, other: &Version) -> bool {
        match (self, other) {
            (Self::Usual { version, .. }, Version::Number(other)) => version == other,
            (Self::Usual { .. }, Version::Text(_)) => false,
            (Self::Odd { who, .. }, other) => who.1 == *other,
        }
    }

    /// Who is known under this name.
    pub(super) fn identity(&self, namespace: &str, name: &str) -> Identity {
        let (uid, version) = match self {
            Self::Usual { uid, version, .. } => (Uid::Uuid(*uid), Some(version.to_string())),
            Self::Odd { who, .. } => (who.0.clone(), who.1.text()),
        };
        Identity { name: name.to_owned(), namespace: namespace.to_owned(), uid, version }
    }
}

/// A resource version. It is opaque: two are only ever compared for equality here.
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
    fn a_usual_one_takes_48_bytes_with_the_place_of_its_name() {
        assert_eq!(size_of::<(Box<str>, Known)>(), 48);
    }

    #[test]
    fn each_is_itself_alone_at_its_own_version() {
        let uids = [
            "8d81410b-1ab3-4aae-9917-698838ae0bb2",
            "5b1c1f0e-6a0e-4b53-9c0e-1b8a5f5c1d2e",
            "x",
            "",
        ];
        let versions = [Some("7"), Some("8"), Some("07"), Some("a"), None];
        for (uid, version) in uids.iter().flat_map(|uid| versions.map(|version| (*uid, version))) {
            let mut known = Known::new(3, &Uid::of(uid), Version::of(version));
            for other in uids {
                assert_eq!(known.is(&Uid::of(other)), uid == other, "{uid:?} {other:?}");
            }
            for other in versions {
                assert_eq!(
                    known.is_at(&Version::of(other)),
                    version == other,
                    "{version:?} {other:?}"
                );
            }
            known.mark(4);
            assert_eq!(known.pass(), 4);
            let identity = known.identity("s", "a");
            assert_eq!((identity.uid, identity.version.as_deref()), (Uid::of(uid), version));
        }
    }
}
