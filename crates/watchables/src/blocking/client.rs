//! A client with a runtime of its own.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::Config;

/// A client for blocking watchers. It owns one thread, which serves its connections; clones share
/// it. The thread ends with the last clone, watcher and iterator.
#[derive(Clone)]
pub struct Client {
    pub(super) runtime: Arc<Runtime>,
    pub(super) client: crate::Client,
}

impl Client {
    /// Connects as the kubeconfig says, or as a program inside of a cluster does. As with
    /// [`connect`](crate::connect), it is the watchers that try again, not the client.
    ///
    /// # Errors
    ///
    /// There is no configuration or it is unsound, or this is called inside of an async task.
    pub fn try_default() -> Result<Self, ConnectError> {
        Self::connect(|runtime| runtime.block_on(crate::connect()).map_err(Fault::Client))
    }

    /// Connects as a configuration says.
    ///
    /// # Errors
    ///
    /// The configuration is unsound, or this is called inside of an async task.
    pub fn try_from_config(config: Config) -> Result<Self, ConnectError> {
        Self::connect(|runtime| {
            runtime.block_on(async { crate::connect_to(config) }).map_err(Fault::Client)
        })
    }

    fn connect(
        client: impl FnOnce(&Runtime) -> Result<crate::Client, Fault>,
    ) -> Result<Self, ConnectError> {
        if Handle::try_current().is_ok() {
            return Err(ConnectError(Fault::InsideAsync));
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("watchables")
            .enable_all()
            .build()
            .map_err(|error| ConnectError(Fault::Runtime(error)))?;
        let client = client(&runtime).map_err(ConnectError)?;
        Ok(Self { runtime: Arc::new(runtime), client })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// Why there is no client.
#[derive(Debug)]
pub struct ConnectError(Fault);

#[derive(Debug)]
enum Fault {
    InsideAsync,
    Runtime(io::Error),
    Client(kube_client::Error),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Fault::InsideAsync => {
                "a blocking client cannot be made inside of an async task; use watchables::Client there"
            }
            Fault::Runtime(_) => "the client's thread could not be started",
            Fault::Client(_) => "the client could not be configured",
        })
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Fault::InsideAsync => None,
            Fault::Runtime(error) => Some(error),
            Fault::Client(error) => Some(error),
        }
    }
}
