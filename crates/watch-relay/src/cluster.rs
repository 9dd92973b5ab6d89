//! A cluster that is watched.

use std::fmt;

use kube_client::Client;

/// A cluster that is watched.
#[derive(Clone)]
pub struct Cluster {
    /// Its name; `None` if it is the only one and was not named.
    pub name: Option<String>,
    /// How its API server is reached.
    pub client: Client,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("name", &self.name).finish_non_exhaustive()
    }
}
