//! The settings of a server before it starts.

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;
use watchable_core::CatalogEntry;

use super::embedded_server::EmbeddedServer;
use super::service::Service;
use crate::faults::{FaultLayer, Faults};
use crate::registry::Registry;
use crate::replay::Replay;
use crate::requests::Context;
use crate::storage::Limits;
use crate::store::Store;
use crate::support::counter::Counter;
use crate::support::release::Release;
use crate::support::time::FOREVER;
use crate::transport::{Listener, ListenerHandle, Tls};

impl EmbeddedServer {
    /// Returns the default settings of a server for a catalog: a release's, or one of your own.
    pub fn builder(catalog: impl Into<Cow<'static, [CatalogEntry]>>) -> Builder {
        Builder::new(catalog.into())
    }

    /// Returns the default settings of a server that shows a replay.
    pub fn replaying(replay: &Replay) -> Builder {
        Builder { replay: Some(replay.clone()), ..Builder::new(Cow::Borrowed(&[])) }
    }
}

/// The settings of an [`EmbeddedServer`], from [`EmbeddedServer::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    catalog: Vec<CatalogEntry>,
    release: String,
    port: u16,
    history: Limits,
    bookmark_interval: Duration,
    token: Option<String>,
    selects_shards: bool,
    tls: bool,
    control: bool,
    replay: Option<Replay>,
}

impl Builder {
    fn new(catalog: Cow<'static, [CatalogEntry]>) -> Self {
        Self {
            catalog: catalog.into_owned(),
            release: "1.37".to_owned(),
            port: 0,
            history: Limits { events: 10_000, bytes: 64 * 1024 * 1024 },
            bookmark_interval: Duration::from_mins(1),
            token: None,
            selects_shards: false,
            tls: false,
            control: false,
            replay: None,
        }
    }

    /// Adds a resource, such as a custom one. A replay has its own instead.
    pub fn resource(mut self, entry: CatalogEntry) -> Self {
        self.catalog.push(entry);
        self
    }

    /// Sets the release of Kubernetes; `1.37` by default.
    ///
    /// It determines `/version` and the behaviour that differs between releases, such as support of
    /// `sendInitialEvents` and the shape of bookmarks.
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = release.into();
        self
    }

    /// Sets the port on 127.0.0.1; 0, the default, chooses a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the number of events in the history, 10,000 by default. Watches and paged lists of older
    /// versions get 410. In a replay, each resource has a history of its own.
    pub fn history(mut self, events: usize) -> Self {
        self.history.events = events.max(1);
        self
    }

    /// Sets the size of the history in bytes, 64 MiB by default.
    ///
    /// It counts the JSON of objects before and after each change. Older events are dropped even if
    /// there are fewer than [`history`](Self::history) allows, except for the latest. The current
    /// objects are neither bounded nor counted.
    pub fn history_bytes(mut self, bytes: usize) -> Self {
        self.history.bytes = bytes;
        self
    }

    /// Enables TLS, with a certificate for 127.0.0.1 and `localhost`. Its authority is created for
    /// this server and is part of the [kubeconfig](EmbeddedServer::kubeconfig).
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Sets the interval of bookmarks in watches that allow them; a minute by default.
    pub fn bookmark_interval(mut self, interval: Duration) -> Self {
        self.bookmark_interval = interval.clamp(Duration::from_millis(1), FOREVER);
        self
    }

    /// Sets a bearer token, without which every request gets 401; none by default.
    ///
    /// Without TLS, kubectl does not send its token, and gets 401 as well.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Enables the feature gate `ShardedListAndWatch` (KEP-5866): `shardSelector` restricts lists and watches to
    /// ranges of the hashes of uids. By default it is ignored, as on real servers.
    pub fn sharded_list_and_watch(mut self, on: bool) -> Self {
        self.selects_shards = on;
        self
    }

    /// Enables the control endpoint, which injects faults over HTTP; disabled by default.
    ///
    /// `POST /embedded/faults` registers the fault in the body, such as
    /// `{"effect": {"disconnectAt": {"events": 3, "bytes": 20}}, "path": "/api/v1/pods", "nth": 2}`;
    /// `GET` lists the registered faults, with the number of requests that each has matched and hit.
    /// `DELETE` removes all of them, or one with `/embedded/faults/1`. `POST /embedded/compact`,
    /// `/embedded/restart` and `/embedded/refuse`, the latter two with `?milliseconds=`, take effect
    /// at once.
    pub fn control_endpoint(mut self, on: bool) -> Self {
        self.control = on;
        self
    }

    /// Starts the server on the current tokio runtime, which must have I/O and time enabled.
    ///
    /// # Errors
    ///
    /// The port is taken, the release is not of the form `1.36`, or no certificate can be made.
    ///
    /// # Panics
    ///
    /// There is no tokio runtime.
    pub async fn start(self) -> io::Result<EmbeddedServer> {
        let release = Release::parse(&self.release).ok_or_else(|| {
            let message = format!("{:?} is not a release; write it as 1.36", self.release);
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let socket = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await?;
        let tls = self.tls.then(Tls::new).transpose()?.map(Arc::new);
        let store = match &self.replay {
            Some(replay) => {
                replay.store().set_history_limits(self.history);
                replay.store().clone()
            }
            None => Store::new(Registry::new(self.catalog), self.history),
        };
        let context = Context {
            store,
            release,
            token: self.token,
            selects_shards: self.selects_shards,
            bookmark_interval: self.bookmark_interval,
            address: socket.local_addr()?,
            watches: Counter::default(),
        };
        let (handle, commands) = ListenerHandle::new();
        let layer =
            FaultLayer { context: Arc::new(context), faults: Faults::default(), listener: handle };
        let service = Service { faults: layer.clone(), control: self.control };
        let connections = Counter::default();
        let listener = Listener {
            socket,
            address: layer.context.address,
            tls: tls.clone(),
            connections: connections.clone(),
            commands,
            handler: move |request| {
                let service = service.clone();
                async move { service.handle(request).await }
            },
        };
        let (stop, stopped) = watch::channel(false);
        let (running, finished) = watch::channel(());
        tokio::spawn(async move {
            listener.run(stopped).await;
            drop(running);
        });
        let runtime = Handle::current();
        Ok(EmbeddedServer { layer, tls, connections, runtime, stop, finished, thread: None })
    }

    /// Starts the server on a thread of its own, for programs without a runtime.
    ///
    /// Dropping the server ends the thread.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), or the thread cannot be started.
    pub fn start_in_thread(self) -> io::Result<EmbeddedServer> {
        let (started, start) = std::sync::mpsc::sync_channel(1);
        let thread =
            thread::Builder::new().name("embedded-apiserver".to_owned()).spawn(move || {
                let runtime =
                    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                        Ok(runtime) => runtime,
                        Err(error) => return drop(started.send(Err(error))),
                    };
                runtime.block_on(async move {
                    let server = self.start().await;
                    let finished = server.as_ref().ok().map(|server| server.finished.clone());
                    // If the caller is gone, this drops the server, which ends it.
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
