//! The continue tokens of a list. One that comes twice would lead around in a circle for ever.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The tokens that the pages of a list named, as hashes.
#[derive(Debug, Default)]
pub(super) struct SeenTokens(HashSet<u64>);

impl SeenTokens {
    /// Records a token. Returns whether it is new.
    pub(super) fn insert(&mut self, token: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        self.0.insert(hasher.finish())
    }
}
