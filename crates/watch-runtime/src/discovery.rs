//! What an API server serves, by its discovery API: aggregated if supported, otherwise group by group.

mod documents;
mod error;

use std::fmt;

use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use http::header::ACCEPT;
use kube_client::{Client, Error as ClientError};
use tokio::sync::OnceCell;
use watchable_core::{ServedResource, UnknownResource, find};

use crate::discovery::documents::{ApiResourceList, RootDocument};
pub use crate::discovery::error::DiscoveryError;
use crate::discovery::error::Kind;

/// The number of group versions requested concurrently.
const MAX_CONCURRENT_REQUESTS: usize = 8;

/// Requests aggregated discovery: all groups and resources in one response (KEP-3352: beta since
/// Kubernetes 1.27, `v2` since 1.30). Older servers respond with plain JSON that lists the groups.
const ACCEPT_AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

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
/// # Cancel safety
///
/// The future of any method may be dropped: the next call sends the request again.
pub struct Discovery {
    client: Client,
    core: OnceCell<Vec<ServedResource>>,
    groups: OnceCell<Vec<ServedResource>>,
}

impl Discovery {
    /// Creates an empty cache. Sends no request.
    pub fn new(client: Client) -> Self {
        Self { client, core: OnceCell::new(), groups: OnceCell::new() }
    }

    /// Finds a resource by name, in any form that [`find`] accepts. The core group takes precedence; the
    /// other groups are requested only if it has no match.
    ///
    /// # Errors
    ///
    /// Fails if a request fails, or if the server has no such resource. In the latter case,
    /// [`unknown`](DiscoveryError::unknown) returns the name and the most similar ones.
    pub async fn find(&self, name: &str) -> Result<ServedResource, DiscoveryError> {
        let core = self.core().await?;
        if let Ok(found) = find(core, name) {
            return Ok(found.clone());
        }
        let groups = self.groups().await?;
        match find(groups, name) {
            Ok(found) => Ok(found.clone()),
            Err(_) => {
                Err(Kind::Unknown(UnknownResource::new(name, core.iter().chain(groups))).into())
            }
        }
    }

    /// Returns all resources: the core group's first, then the other groups in the server's order, each
    /// with its preferred version first. Subresources are omitted, and so are groups whose aggregated API
    /// server is unavailable.
    ///
    /// # Errors
    ///
    /// Fails if a request fails.
    pub async fn resources(&self) -> Result<Vec<ServedResource>, DiscoveryError> {
        let mut resources = self.core().await?.clone();
        resources.extend_from_slice(self.groups().await?);
        Ok(resources)
    }

    async fn core(&self) -> Result<&Vec<ServedResource>, DiscoveryError> {
        self.core.get_or_try_init(|| fetch_resources(&self.client, "/api")).await
    }

    async fn groups(&self) -> Result<&Vec<ServedResource>, DiscoveryError> {
        self.groups.get_or_try_init(|| fetch_resources(&self.client, "/apis")).await
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

/// Returns the resources of all groups below `/api` or `/apis`.
async fn fetch_resources(
    client: &Client,
    root: &str,
) -> Result<Vec<ServedResource>, DiscoveryError> {
    let versions = match get::<RootDocument>(client, root).await?.into_resources() {
        Ok(resources) => return Ok(resources),
        Err(versions) => versions,
    };
    let responses = versions.into_iter().map(|version| async move {
        let path = version.path();
        match get::<ApiResourceList>(client, &path).await {
            // An aggregated API whose server is unavailable must not break discovery of the others.
            Err(error) if error.is_transient() && !version.is_core() => Ok(Vec::new()),
            response => response.map(|resources| resources.into_resources(&version)),
        }
    });
    let served: Vec<_> =
        futures::stream::iter(responses).buffered(MAX_CONCURRENT_REQUESTS).try_collect().await?;
    Ok(served.into_iter().flatten().collect())
}

async fn get<T: serde::de::DeserializeOwned>(
    client: &Client,
    path: &str,
) -> Result<T, DiscoveryError> {
    let failed = |source| DiscoveryError::from(Kind::Request { path: path.to_owned(), source });
    let request = Request::get(path)
        .header(ACCEPT, ACCEPT_AGGREGATED)
        .body(Vec::new())
        .map_err(|error| failed(ClientError::HttpError(error)))?;
    client.request(request).await.map_err(failed)
}
