//! A running server, as its owner holds it.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use watchable_core::CatalogEntry;

use crate::context::{Context, Order};
use crate::{Builder, Demo, DemoOptions, Faults, Store, accept};

/// A running server. Dropping it ends the listener and every connection at once.
pub struct EmbeddedServer {
    context: Arc<Context>,
    runtime: Handle,
    stop: watch::Sender<bool>,
    /// Closed once nothing is served any more.
    finished: watch::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl EmbeddedServer {
    /// The settings of a server for a catalogue: a release's, or one of your own.
    pub fn builder(catalog: impl Into<Cow<'static, [CatalogEntry]>>) -> Builder {
        Builder::new(catalog.into())
    }

    /// The address, such as `http://127.0.0.1:40123`, or with `https://`.
    pub fn url(&self) -> String {
        let scheme = if self.context.settings.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.context.address)
    }

    /// The certificate in PEM of the authority that clients must trust, where it speaks TLS.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.context.settings.tls.as_ref().map(|tls| tls.authority.as_str())
    }

    /// The objects, to be read and written without HTTP.
    pub fn store(&self) -> &Store {
        &self.context.store
    }

    /// Begins the demo workload; it ends when the returned value is dropped, or with the server.
    pub fn demo(&self, options: &DemoOptions) -> Demo {
        Demo::start(&self.runtime, self.store().clone(), self.stop.subscribe(), options)
    }

    /// The faults, to be armed for requests to come.
    pub fn faults(&self) -> &Faults {
        &self.context.faults
    }

    /// Does what a restart of a real server does: every connection is cut, the history begins anew
    /// so that older versions get 410, and nothing answers for the time that it is down.
    ///
    /// The objects and the revision stay, as they do in etcd.
    pub fn restart(&self, down: Duration) {
        self.context.restart(down);
    }

    /// Refuses connections for a time; those that are open go on.
    pub fn refuse_connections(&self, time: Duration) {
        self.context.order(Order::Refuse(time));
    }

    /// Cuts every connection that is open now.
    pub fn disconnect_all(&self) {
        self.context.order(Order::Cut);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.context.connections.get()
    }

    /// How many watches are being answered.
    pub fn watches(&self) -> usize {
        self.context.watches.get()
    }

    /// A kubeconfig for kubectl and client libraries: cluster, context and user named `embedded`.
    pub fn kubeconfig(&self) -> String {
        let url = self.url();
        let user = self.context.settings.token.as_ref().map_or_else(
            || "{}".to_owned(),
            // JSON's strings are YAML's, too.
            |token| format!("{{token: {}}}", serde_json::json!(token)),
        );
        let authority = self.certificate_authority().map_or_else(String::new, |authority| {
            format!("\n    certificate-authority-data: {}", BASE64.encode(authority))
        });
        format!(
            "apiVersion: v1
kind: Config
clusters:
- name: embedded
  cluster:
    server: {url}{authority}
contexts:
- name: embedded
  context:
    cluster: embedded
    user: embedded
current-context: embedded
users:
- name: embedded
  user: {user}
"
        )
    }

    /// Ends the listener and every connection, open watches included, and waits until they are gone.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // Nothing is ever sent: the end of the sender is the news.
        while self.finished.changed().await.is_ok() {}
    }

    /// Serves on the current runtime.
    pub(crate) fn run(
        listener: TcpListener,
        context: Arc<Context>,
        orders: mpsc::UnboundedReceiver<Order>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (running, finished) = watch::channel(());
        let serving = accept::run(listener, Arc::clone(&context), orders, stopped);
        tokio::spawn(async move {
            serving.await;
            drop(running);
        });
        Self { context, runtime: Handle::current(), stop, finished, thread: None }
    }

    /// Serves on a thread of its own, with a runtime of its own.
    pub(crate) fn run_in_thread(builder: Builder) -> io::Result<Self> {
        let (started, start) = std::sync::mpsc::sync_channel(1);
        let thread =
            thread::Builder::new().name("embedded-apiserver".to_owned()).spawn(move || {
                let runtime =
                    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                        Ok(runtime) => runtime,
                        Err(error) => return drop(started.send(Err(error))),
                    };
                runtime.block_on(async move {
                    let server = builder.start().await;
                    let finished = server.as_ref().ok().map(|server| server.finished.clone());
                    // A caller that is gone drops the server, which ends it.
                    drop(started.send(server));
                    if let Some(mut finished) = finished {
                        while finished.changed().await.is_ok() {}
                    }
                });
            })?;
        let mut server =
            start.recv().map_err(|_| io::Error::other("the server's thread ended"))??;
        server.thread = Some(thread);
        Ok(server)
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It ends at once; a panic in it has been reported on stderr.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for EmbeddedServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedServer").field("url", &self.url()).finish_non_exhaustive()
    }
}
