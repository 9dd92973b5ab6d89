//! Which streams are in use.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::Claim;

/// The streams of a store that are in use in this process, for implementations of
/// [`CheckpointStore::claim`](crate::CheckpointStore::claim). Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Claims(Arc<Mutex<HashSet<String>>>);

impl Claims {
    /// Claims a stream until what is returned is dropped; `None` if it is in use.
    pub fn claim(&self, stream: &str) -> Option<Claim> {
        let is_free = self.lock().insert(stream.to_owned());
        is_free.then(|| Claim::new(Claimed { claims: self.clone(), stream: stream.to_owned() }))
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        // A set is valid between any two of its methods.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A claimed stream.
struct Claimed {
    claims: Claims,
    stream: String,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.claims.lock().remove(&self.stream);
    }
}
