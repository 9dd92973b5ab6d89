//! A TCP proxy on loopback that fails as networks do.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What it does to connections.
#[derive(Clone, Debug)]
struct Rules {
    upstream: (String, u16),
    /// Nobody listens.
    refuses: bool,
    /// Nothing comes from the server.
    holds: bool,
    /// Nothing ever comes from the server again over connections older than this.
    dead_before: u64,
    /// Connections older than this are closed.
    cut_before: u64,
    /// After how many bytes from the server a new connection is closed.
    budget: Option<Range<u64>>,
}

/// A proxy to one server. Dropping it closes all.
pub(super) struct Proxy {
    port: u16,
    rules: watch::Sender<Rules>,
    accepted: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn start(upstream: (String, u16), seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (rules, ruled) = watch::channel(Rules {
            upstream,
            refuses: false,
            holds: false,
            dead_before: 0,
            cut_before: 0,
            budget: None,
        });
        let (count, accepted) = watch::channel(0);
        let task =
            tokio::spawn(serve(listener, address, ruled, count, fastrand::Rng::with_seed(seed)));
        Ok(Self { port: address.port(), rules, accepted, task })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// How many connections it has taken.
    pub(super) fn connections(&self) -> u64 {
        *self.accepted.borrow()
    }

    /// Closes each new connection after a random number of bytes; `None` ends that.
    pub(super) fn cut_after(&self, budget: Option<Range<u64>>) {
        self.rules.send_modify(|rules| rules.budget = budget);
    }

    /// Closes the connections that there are.
    pub(super) fn cut(&self) {
        let before = self.connections();
        self.rules.send_modify(|rules| rules.cut_before = before);
    }

    /// Keeps the connections that there are open, and forwards nothing over them ever again.
    pub(super) fn deaden(&self) {
        let before = self.connections();
        self.rules.send_modify(|rules| rules.dead_before = before);
    }

    /// Keeps back what the server sends, or lets it go on.
    pub(super) fn hold(&self, holds: bool) {
        self.rules.send_modify(|rules| rules.holds = holds);
    }

    /// Refuses connections and closes those that there are, or listens again.
    pub(super) fn refuse(&self, refuses: bool) {
        let before = self.connections();
        self.rules.send_modify(|rules| {
            rules.refuses = refuses;
            rules.cut_before = before;
        });
    }

    /// Leads new connections to another server, and closes those that there are.
    pub(super) fn lead_to(&self, upstream: (String, u16)) {
        let before = self.connections();
        self.rules.send_modify(|rules| {
            rules.upstream = upstream;
            rules.cut_before = before;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    mut rules: watch::Receiver<Rules>,
    count: watch::Sender<u64>,
    mut random: fastrand::Rng,
) {
    let mut listener = Some(listener);
    loop {
        let refuses = rules.borrow_and_update().refuses;
        match (&listener, refuses) {
            (Some(_), true) => listener = None,
            (None, false) => listener = TcpListener::bind(address).await.ok(),
            _ => {}
        }
        let connection = async {
            match &listener {
                Some(listener) => listener.accept().await.map(|(stream, _)| stream),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = rules.changed() => if changed.is_err() { return },
            connection = connection => if let Ok(connection) = connection {
                let number = *count.borrow();
                count.send_replace(number + 1);
                let budget = rules.borrow().budget.clone();
                let budget = budget.map_or(u64::MAX, |range| random.u64(range));
                tokio::spawn(carry(connection, number, budget, rules.clone()));
            },
        }
    }
}

/// Carries one connection until it ends, or is to end.
async fn carry(
    mut client: TcpStream,
    number: u64,
    mut budget: u64,
    mut rules: watch::Receiver<Rules>,
) -> io::Result<()> {
    let upstream = rules.borrow().upstream.clone();
    let mut server = TcpStream::connect(upstream).await?;
    let mut held = rules.clone();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let up = tokio::io::copy(&mut from_client, &mut to_server);
    let down = async {
        let mut buffer = vec![0; 16 << 10];
        loop {
            let read = from_server.read(&mut buffer).await?;
            // The sender is gone with the proxy.
            let flows =
                held.wait_for(|rules| !rules.holds && number >= rules.dead_before).await.is_ok();
            if read == 0 || !flows {
                return io::Result::Ok(());
            }
            let part = budget.min(read as u64);
            to_client.write_all(&buffer[..usize::try_from(part).unwrap_or(read)]).await?;
            budget -= part;
            if budget == 0 {
                return Ok(());
            }
        }
    };
    tokio::select! {
        _ = up => {},
        _ = down => {},
        _ = async { rules.wait_for(|rules| number < rules.cut_before).await.is_ok() } => {},
    }
    Ok(())
}
