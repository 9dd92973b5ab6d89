//! The settings of a server before it starts.

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use watchable_core::CatalogEntry;

use crate::EmbeddedServer;
use crate::context::{Context, Counter, Release, Settings};
use crate::faults::Faults;
use crate::registry::Registry;
use crate::store::{Limits, Store};
use crate::tls::Tls;

/// As good as forever, and no clock overflows.
pub(crate) const FOREVER: Duration = Duration::from_hours(365 * 24);

/// Settings of an [`EmbeddedServer`]; begin with [`EmbeddedServer::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    catalog: Vec<CatalogEntry>,
    release: String,
    port: u16,
    history: Limits,
    bookmark_interval: Duration,
    token: Option<String>,
    tls: bool,
    control: bool,
}

impl Builder {
    pub(crate) fn new(catalog: Cow<'static, [CatalogEntry]>) -> Self {
        Self {
            catalog: catalog.into_owned(),
            release: "1.36".to_owned(),
            port: 0,
            history: Limits { events: 10_000, bytes: 64 * 1024 * 1024 },
            bookmark_interval: Duration::from_mins(1),
            token: None,
            tls: false,
            control: false,
        }
    }

    /// Serves one more resource, a custom one for instance.
    pub fn resource(mut self, entry: CatalogEntry) -> Self {
        self.catalog.push(entry);
        self
    }

    /// The release that it says it is, such as `1.36`, the default.
    ///
    /// It shows in `/version` and in what releases do differently: whether `sendInitialEvents` is
    /// understood, and the shape of bookmarks.
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = release.into();
        self
    }

    /// The port on 127.0.0.1; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many events are kept for watches and for lists in pages, 10,000 by default; older
    /// versions get 410.
    pub fn history(mut self, events: usize) -> Self {
        self.history.events = events.max(1);
        self
    }

    /// How many bytes of JSON the history holds, before and after each change; 64 MiB by default.
    ///
    /// Older events are forgotten even if there are fewer than [`history`](Self::history) says, but
    /// for the latest. The objects themselves are not bounded, and not counted in it.
    pub fn history_bytes(mut self, bytes: usize) -> Self {
        self.history.bytes = bytes;
        self
    }

    /// Speaks TLS, with a certificate for 127.0.0.1 and `localhost` of an authority made for this
    /// server alone, which the [kubeconfig](EmbeddedServer::kubeconfig) names.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// How often bookmarks are sent to watches that allow them; a minute by default.
    pub fn bookmark_interval(mut self, interval: Duration) -> Self {
        self.bookmark_interval = interval.clamp(Duration::from_millis(1), FOREVER);
        self
    }

    /// The bearer token without which every request gets 401; none by default.
    ///
    /// kubectl keeps a token to itself where there is no TLS, and so gets 401 as well.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Whether faults can be asked for over HTTP, under `/embedded/`; no by default.
    ///
    /// `POST /embedded/faults` arms the fault in the body, such as
    /// `{"effect": {"cut": {"events": 3, "bytes": 20}}, "path": "/api/v1/pods", "nth": 2}`;
    /// `GET` tells those that are armed and how often each has struck, `DELETE` disarms all, or
    /// `/embedded/faults/1` the one. `POST /embedded/compact`, `/embedded/restart` and
    /// `/embedded/refuse`, the latter two with a `?milliseconds=`, act at once.
    pub fn control_endpoint(mut self, on: bool) -> Self {
        self.control = on;
        self
    }

    /// Starts the server on the current tokio runtime, which must drive I/O and time.
    ///
    /// # Errors
    ///
    /// The port is taken, the release is not of the form `1.36`, or no certificate can be made.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as all of tokio's I/O does.
    pub async fn start(self) -> io::Result<EmbeddedServer> {
        let release = Release::parse(&self.release).ok_or_else(|| {
            let message = format!("{:?} is not a release; write it as 1.36", self.release);
            io::Error::new(io::ErrorKind::InvalidInput, message)
        })?;
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await?;
        let (orders, ordered) = mpsc::unbounded_channel();
        let context = Context {
            address: listener.local_addr()?,
            store: Store::new(Registry::new(self.catalog), self.history),
            settings: Settings {
                release,
                token: self.token,
                tls: self.tls.then(Tls::new).transpose()?,
                bookmark_interval: self.bookmark_interval,
                control: self.control,
            },
            connections: Counter::default(),
            watches: Counter::default(),
            faults: Faults::default(),
            orders,
        };
        Ok(EmbeddedServer::run(listener, Arc::new(context), ordered))
    }

    /// Starts the server on a thread of its own, for programs without a runtime.
    ///
    /// Dropping the server ends the thread.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), and those of starting a thread.
    pub fn start_in_thread(self) -> io::Result<EmbeddedServer> {
        EmbeddedServer::run_in_thread(self)
    }
}
