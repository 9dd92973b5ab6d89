//! What an API server serves, by its discovery API: aggregated if supported, otherwise group by group.

mod documents;
mod error;
mod failure;
mod omitted;
mod response;
mod root;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use kube_client::Client;
use tokio::sync::Mutex;
use watch_protocol::backoff::Backoff;
use watchable_core::{ServedResource, UnknownResource, find};

pub use crate::discovery::error::DiscoveryError;
use crate::discovery::error::Kind;
use crate::discovery::root::Root;

/// The resources that one API server serves.
///
/// Requests are sent when they are first needed, and their responses are cached for the lifetime of the
/// value. Create a new one to see later changes.
///
/// ```no_run
/// # async fn program(client: kube_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use watch_runtime::{Watcher, discovery::Discovery};
/// use watchable_core::DynamicObject;
///
/// let served = Discovery::new(client.clone()).find("deploy").await?;
/// let watcher = Watcher::<DynamicObject>::for_resource(client, served.resource);
/// # Ok(())
/// # }
/// ```
///
/// A group that cannot be read is omitted: it is forbidden, its API server is unavailable or does not
/// respond within 30 s, or its response is malformed. If a name is not found, the error says which groups
/// were omitted and why, and the next call requests again what may have become available.
///
/// # Cancel safety
///
/// The future of any method may be dropped: the next call sends the request again.
pub struct Discovery {
    client: Client,
    core: Cache,
    groups: Cache,
    was_reached: AtomicBool,
}

impl Discovery {
    /// Creates an empty cache. Sends no request.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            core: Cache::default(),
            groups: Cache::default(),
            was_reached: AtomicBool::new(false),
        }
    }

    /// Finds a resource by name, in any form that [`find`] accepts. The core group takes precedence; the
    /// other groups are requested only if it has no match.
    ///
    /// # Errors
    ///
    /// Fails if `/api` or `/apis` cannot be read, or if the server has no such resource. In the latter
    /// case, [`unknown`](DiscoveryError::unknown) returns the name and the most similar ones. A server
    /// without `/api` has no core group.
    pub async fn find(&self, name: &str) -> Result<ServedResource, DiscoveryError> {
        let core = self.core().await?;
        if let Ok(found) = find(&core.served, name) {
            return Ok(found.clone());
        }
        let groups = self.groups().await?;
        reject_unless_served(&core, &groups)?;
        match find(&groups.served, name) {
            // Without the core group, `pods` would be those of metrics.k8s.io.
            Ok(found) if found.is_watchable() || !core.may_grow() => Ok(found.clone()),
            _ => {
                self.forget_incomplete().await;
                let unknown = UnknownResource::new(name, core.served.iter().chain(&groups.served));
                Err(Kind::Unknown { unknown, roots: [core, groups] }.into())
            }
        }
    }

    /// Finds a resource by name like [`find`](Self::find), and retries with backoff while the error
    /// [is transient](DiscoveryError::is_transient). Obeys `Retry-After`, up to a minute.
    ///
    /// Before each retry, `on_retry` is called with the error and the wait. If it returns false, the error is
    /// returned instead.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub async fn find_with_retry(
        &self,
        name: &str,
        mut on_retry: impl FnMut(&DiscoveryError, Duration) -> bool,
    ) -> Result<ServedResource, DiscoveryError> {
        let (mut backoff, mut rng) = (Backoff::default(), fastrand::Rng::new());
        loop {
            let error = match self.find(name).await {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            let wait = backoff.next(error.retry_after(), &mut rng);
            if !error.is_transient() || !on_retry(&error, wait) {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Returns all resources: the core group's first, then the other groups in the server's order, each
    /// with its preferred version first. Subresources are omitted, and so are groups that cannot be read.
    ///
    /// # Errors
    ///
    /// Fails if `/api` or `/apis` cannot be read.
    pub async fn resources(&self) -> Result<Vec<ServedResource>, DiscoveryError> {
        let (core, groups) = (self.core().await?, self.groups().await?);
        reject_unless_served(&core, &groups)?;
        self.forget_incomplete().await;
        Ok(core.served.iter().chain(&groups.served).cloned().collect())
    }

    async fn core(&self) -> Result<Arc<Root>, DiscoveryError> {
        self.root(&self.core, "/api").await
    }

    async fn groups(&self) -> Result<Arc<Root>, DiscoveryError> {
        self.root(&self.groups, "/apis").await
    }

    async fn root(&self, cache: &Cache, path: &str) -> Result<Arc<Root>, DiscoveryError> {
        let mut cached = cache.lock().await;
        if let Some(root) = cached.as_ref() {
            return Ok(Arc::clone(root));
        }
        let fetched = Root::fetch(&self.client, path, &self.was_reached).await;
        let root = Arc::new(fetched.map_err(Kind::Request)?);
        Ok(Arc::clone(cached.insert(root)))
    }

    /// Makes the next call request again what may have become available by then.
    async fn forget_incomplete(&self) {
        for cache in [&self.core, &self.groups] {
            cache.lock().await.take_if(|root| root.may_grow());
        }
    }
}

/// The groups below a path, once they were requested.
type Cache = Mutex<Option<Arc<Root>>>;

/// Returns an error if the server serves neither `/api` nor `/apis`.
fn reject_unless_served(core: &Root, groups: &Root) -> Result<(), DiscoveryError> {
    match (core.rejection(), groups.rejection()) {
        (Some(failure), Some(_)) => Err(Kind::Request(Arc::clone(failure)).into()),
        _ => Ok(()),
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery")
            .field("core", &self.core)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}
