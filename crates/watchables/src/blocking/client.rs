//! A client with its own runtime.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::Config;

/// Connects to the cluster of the kubeconfig or, inside a cluster, to that cluster. The blocking form of
/// [`connect`](crate::connect); like there, the client leaves retries to the watchers.
///
/// # Errors
///
/// Fails if there is no configuration, if it is invalid, or if called inside an async task.
pub fn connect() -> Result<Client, ConnectError> {
    Client::try_default()
}

/// A client for blocking watchers. It owns a thread that drives its connections. Clones share the thread, which
/// ends with the last clone, watcher and iterator.
#[derive(Clone)]
pub struct Client {
    pub(super) runtime: Arc<Runtime>,
    pub(super) client: crate::Client,
}

impl Client {
    /// Same as [`connect`].
    ///
    /// # Errors
    ///
    /// Same as [`connect`].
    pub fn try_default() -> Result<Self, ConnectError> {
        Self::with(|runtime| runtime.block_on(crate::connect()).map_err(Kind::Client))
    }

    /// Creates a client for a configuration. The blocking form of [`connect_to`](crate::connect_to).
    ///
    /// # Errors
    ///
    /// Fails if the configuration is invalid, or if called inside an async task.
    pub fn try_from_config(config: Config) -> Result<Self, ConnectError> {
        Self::with(|runtime| {
            runtime.block_on(async { crate::connect_to(config) }).map_err(Kind::Client)
        })
    }

    fn with(
        client: impl FnOnce(&Runtime) -> Result<crate::Client, Kind>,
    ) -> Result<Self, ConnectError> {
        if Handle::try_current().is_ok() {
            return Err(ConnectError(Kind::InsideAsync));
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("watchables")
            .enable_all()
            .build()
            .map_err(|error| ConnectError(Kind::Runtime(error)))?;
        let client = client(&runtime).map_err(ConnectError)?;
        Ok(Self { runtime: Arc::new(runtime), client })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// The error of creating a blocking client.
#[derive(Debug)]
pub struct ConnectError(Kind);

#[derive(Debug)]
enum Kind {
    InsideAsync,
    Runtime(io::Error),
    Client(kube_client::Error),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::InsideAsync => {
                "a blocking client cannot be created inside an async task; use watchables::connect there"
            }
            Kind::Runtime(_) => "starting the client's thread failed",
            Kind::Client(_) => "configuring the client failed",
        })
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::InsideAsync => None,
            Kind::Runtime(error) => Some(error),
            Kind::Client(error) => Some(error),
        }
    }
}
