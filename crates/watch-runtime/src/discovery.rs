//! What a server serves, learnt from its discovery: aggregated where it has that, else group by group.

mod answers;

use std::error::Error;
use std::fmt;

use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use http::header::ACCEPT;
use kube_client::{Client, Error as ClientError};
use tokio::sync::OnceCell;
use watchable_core::{ServedResource, UnknownResource, find};

use answers::{Resources, Root};

/// Groups asked for at a time.
const AT_ONCE: usize = 8;

/// All groups and resources in one answer, where the server can do that (KEP-3352: beta since Kubernetes
/// 1.27, `v2` since 1.30); older ones answer in plain JSON with the names of the groups.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
     application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// What one API server serves.
///
/// It asks for no more than it must, and keeps the answers: make a new one to learn what has changed since.
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
/// A call may be given up at any time: the next one asks again.
pub struct Discovery {
    client: Client,
    core: OnceCell<Vec<ServedResource>>,
    groups: OnceCell<Vec<ServedResource>>,
}

impl Discovery {
    /// Asks nothing yet.
    pub fn new(client: Client) -> Self {
        Self { client, core: OnceCell::new(), groups: OnceCell::new() }
    }

    /// Finds a resource by its name, in every form that [`find`] takes. The core
    /// group is looked at first, and only where it has none the others.
    ///
    /// # Errors
    ///
    /// The server cannot be asked, or has no such resource
    /// ([`unknown`](DiscoveryError::unknown)): then the nearest names are told.
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

    /// All resources, the core group's first, then the others in the server's order; of each group the
    /// version that the server prefers first. Subresources are left out, and so are groups whose own
    /// server is away.
    ///
    /// # Errors
    ///
    /// The server cannot be asked.
    pub async fn resources(&self) -> Result<Vec<ServedResource>, DiscoveryError> {
        let mut resources = self.core().await?.clone();
        resources.extend_from_slice(self.groups().await?);
        Ok(resources)
    }

    async fn core(&self) -> Result<&Vec<ServedResource>, DiscoveryError> {
        self.core.get_or_try_init(|| below(&self.client, "/api")).await
    }

    async fn groups(&self) -> Result<&Vec<ServedResource>, DiscoveryError> {
        self.groups.get_or_try_init(|| below(&self.client, "/apis")).await
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

/// The resources of every group below `/api` or `/apis`.
async fn below(client: &Client, root: &str) -> Result<Vec<ServedResource>, DiscoveryError> {
    let versions = match get::<Root>(client, root).await?.read() {
        Ok(resources) => return Ok(resources),
        Err(versions) => versions,
    };
    let answers = versions.into_iter().map(|version| async move {
        let path = version.path();
        match get::<Resources>(client, &path).await {
            // An aggregated API whose server is away must not keep everybody from watching Pods.
            Err(error) if error.is_passing() && !version.is_core() => Ok(Vec::new()),
            answer => answer.map(|resources| resources.of(&version)),
        }
    });
    let served: Vec<_> = futures::stream::iter(answers).buffered(AT_ONCE).try_collect().await?;
    Ok(served.into_iter().flatten().collect())
}

async fn get<T: serde::de::DeserializeOwned>(
    client: &Client,
    path: &str,
) -> Result<T, DiscoveryError> {
    let asking = |source| DiscoveryError::from(Kind::Asking { path: path.to_owned(), source });
    let request = Request::get(path)
        .header(ACCEPT, AGGREGATED)
        .body(Vec::new())
        .map_err(|error| asking(ClientError::HttpError(error)))?;
    client.request(request).await.map_err(asking)
}

/// Why a resource was not found.
#[derive(Debug)]
pub struct DiscoveryError(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Asking { path: String, source: ClientError },
    Unknown(UnknownResource),
}

impl DiscoveryError {
    /// The name that the server has no resource for, and the nearest ones that it has; `None` where the
    /// server could not be asked.
    pub fn unknown(&self) -> Option<&UnknownResource> {
        match &*self.0 {
            Kind::Unknown(unknown) => Some(unknown),
            Kind::Asking { .. } => None,
        }
    }

    fn is_passing(&self) -> bool {
        let Kind::Asking { source: ClientError::Api(status), .. } = &*self.0 else { return false };
        matches!(status.code, 404 | 500 | 502 | 503 | 504)
    }
}

impl From<Kind> for DiscoveryError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Asking { path, .. } => write!(f, "GET {path}"),
            Kind::Unknown(unknown) => unknown.fmt(f),
        }
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Kind::Asking { source, .. } => Some(source),
            Kind::Unknown(_) => None,
        }
    }
}
