//! The namespace and name of an object.

use std::fmt;
use std::hash::{BuildHasher, Hasher as _};
use std::sync::Arc;

/// The namespace and name of an object. Cheap to clone.
///
/// `("shop", "web-1")` converts into it, and so does the name alone of an object that is in no namespace.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(Arc<str>);

impl ObjectKey {
    /// Creates the key of an object. The namespace is empty for cluster-scoped kinds.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self(format!("{namespace}/{name}").into())
    }

    /// Takes a key over that has a slash between namespace and name.
    pub(crate) fn shared(text: Arc<str>) -> Self {
        Self(text)
    }

    /// Returns the namespace; empty for cluster-scoped kinds.
    pub fn namespace(&self) -> &str {
        self.parts().0
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        self.parts().1
    }

    /// Neither can contain a slash.
    pub(crate) fn parts(&self) -> (&str, &str) {
        self.0.split_once('/').unwrap_or(("", &self.0))
    }
}

/// Hashes a key by its parts, so that a look-up needs no text of both.
pub(crate) fn hash((namespace, name): (&str, &str), hasher: &impl BuildHasher) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(namespace.as_bytes());
    hasher.write_u8(b'/');
    hasher.write(name.as_bytes());
    hasher.finish()
}

impl From<(&str, &str)> for ObjectKey {
    fn from((namespace, name): (&str, &str)) -> Self {
        Self::new(namespace, name)
    }
}

impl From<&str> for ObjectKey {
    fn from(name: &str) -> Self {
        Self::new("", name)
    }
}

/// `shop/web-1`, or `node-1` without a namespace.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.strip_prefix('/').unwrap_or(&self.0))
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_has_both_parts_and_displays_them() {
        let key = ObjectKey::from(("shop", "web-1"));
        assert_eq!((key.namespace(), key.name()), ("shop", "web-1"));
        assert_eq!(key.to_string(), "shop/web-1");
        let node = ObjectKey::from("node-1");
        assert_eq!((node.namespace(), node.name()), ("", "node-1"));
        assert_eq!(format!("{node} {node:?}"), "node-1 node-1");
    }

    #[test]
    fn hash_tells_the_parts_apart() {
        let hasher = hashbrown::DefaultHashBuilder::default();
        assert_eq!(hash(("a", "b"), &hasher), hash(("a", "b"), &hasher));
        assert_ne!(hash(("ab", "c"), &hasher), hash(("a", "bc"), &hasher));
    }
}
