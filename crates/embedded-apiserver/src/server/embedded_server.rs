//! The handle of a running server.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::kubeconfig::kubeconfig;
use crate::faults::{FaultLayer, Faults};
use crate::store::Store;
use crate::support::counter::Counter;
use crate::transport::Tls;

/// A running server. Dropping it closes the listener and every connection at once.
pub struct EmbeddedServer {
    pub(super) layer: FaultLayer,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) connections: Counter,
    pub(super) runtime: Handle,
    pub(super) stop: watch::Sender<bool>,
    /// Closed when the listener and its connections have ended.
    pub(super) finished: watch::Receiver<()>,
    pub(super) thread: Option<JoinHandle<()>>,
}

impl EmbeddedServer {
    /// Returns the address, such as `http://127.0.0.1:40123`; with TLS, it begins with `https://`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.layer.context.address)
    }

    /// Returns the certificate, in PEM, of the authority that clients must trust; `None` without
    /// TLS.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.tls.as_ref().map(|tls| tls.authority.as_str())
    }

    /// Returns the objects, to be read and written without HTTP.
    pub fn store(&self) -> &Store {
        &self.layer.context.store
    }

    /// Returns the faults that are injected into requests.
    pub fn faults(&self) -> &Faults {
        &self.layer.faults
    }

    /// Restarts the server as far as clients see it.
    ///
    /// Every connection is closed, the history starts anew, so that older versions get 410, and
    /// connections are refused while the server is down. The objects and the revision stay, as
    /// they do in etcd.
    pub fn restart(&self, down: Duration) {
        self.layer.listener.restart(self.store(), down);
    }

    /// Refuses new connections for some time; open ones stay.
    pub fn refuse_connections(&self, time: Duration) {
        self.layer.listener.refuse_connections(time);
    }

    /// Closes every connection that is open now.
    pub fn disconnect_all(&self) {
        self.layer.listener.disconnect_all();
    }

    /// Returns the number of open connections.
    pub fn connections(&self) -> usize {
        self.connections.get()
    }

    /// Returns the number of open watches.
    pub fn watches(&self) -> usize {
        self.layer.context.watches.get()
    }

    /// Returns a kubeconfig for kubectl and client libraries. Its cluster, context and user are
    /// named `embedded`.
    pub fn kubeconfig(&self) -> String {
        let token = self.layer.context.token.as_deref();
        kubeconfig(&self.url(), self.certificate_authority(), token)
    }

    /// Closes the listener and every connection, open watches included, and waits until they have
    /// ended.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // Nothing is ever sent: the channel closes when the listener has ended.
        while self.finished.changed().await.is_ok() {}
    }

    /// The runtime on which the server runs.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Returns the signal that becomes `true` when the server stops.
    pub(crate) fn stop_signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // The thread ends at once. A panic in it was reported on stderr.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for EmbeddedServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedServer").field("url", &self.url()).finish_non_exhaustive()
    }
}
