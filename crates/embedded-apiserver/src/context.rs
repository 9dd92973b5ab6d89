//! What every request needs: the store, the settings, and the counts of what is open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::faults::Faults;
use crate::store::Store;
use crate::tls::Tls;

pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) address: SocketAddr,
    pub(crate) connections: Counter,
    pub(crate) watches: Counter,
    pub(crate) faults: Faults,
    /// To the listener.
    pub(crate) orders: mpsc::UnboundedSender<Order>,
}

/// What the listener is told to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Cut every connection.
    Cut,
    /// Refuse connections for a time.
    Refuse(Duration),
}

impl Context {
    pub(crate) fn order(&self, order: Order) {
        // Nobody hears it when the server is ending: then it is as good as done.
        let _ = self.orders.send(order);
    }

    /// What is left of the server afterwards is what lies in its store.
    pub(crate) fn restart(&self, down: Duration) {
        self.store.compact();
        if !down.is_zero() {
            self.order(Order::Refuse(down));
        }
        self.order(Order::Cut);
    }
}

/// What the builder was told.
pub(crate) struct Settings {
    pub(crate) release: Release,
    pub(crate) token: Option<String>,
    pub(crate) tls: Option<Tls>,
    pub(crate) bookmark_interval: Duration,
    /// Whether faults can be asked for over HTTP.
    pub(crate) control: bool,
}

/// A release of Kubernetes, such as 1.36.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release {
    pub(crate) major: u32,
    pub(crate) minor: u32,
}

impl Release {
    pub(crate) const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Reads `1.36`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

/// How many of something there are now.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

/// One of what a [`Counter`] counts; it is over when this is dropped.
pub(crate) struct Counted(Counter);

impl Counter {
    pub(crate) fn one_more(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
