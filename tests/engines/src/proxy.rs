//! A TCP proxy on loopback that injects network faults.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The faults to inject into connections.
#[derive(Clone, Debug)]
struct Rules {
    upstream: (String, u16),
    /// The proxy does not listen: connections are refused.
    refuse: bool,
    /// Data from the server is delayed.
    stall: bool,
    /// Connections with a lower number stay open but never forward data from the server again.
    half_open_before: u64,
    /// Connections with a lower number are closed.
    close_before: u64,
    /// The range of random byte counts from the server after which a new connection is closed.
    budget: Option<Range<u64>>,
}

/// A proxy to one server. Dropping it closes all connections.
pub struct Proxy {
    port: u16,
    rules: watch::Sender<Rules>,
    accepted: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy to this host and port. The seed decides what is random.
    ///
    /// # Errors
    ///
    /// No port can be bound.
    pub async fn start(upstream: (String, u16), seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (rules, receiver) = watch::channel(Rules {
            upstream,
            refuse: false,
            stall: false,
            half_open_before: 0,
            close_before: 0,
            budget: None,
        });
        let (count, accepted) = watch::channel(0);
        let task =
            tokio::spawn(serve(listener, address, receiver, count, fastrand::Rng::with_seed(seed)));
        Ok(Self { port: address.port(), rules, accepted, task })
    }

    /// Returns its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the number of connections accepted so far.
    pub fn connections(&self) -> u64 {
        *self.accepted.borrow()
    }

    /// Closes each new connection after a random number of bytes. `None` turns that off.
    pub fn disconnect_after(&self, budget: Option<Range<u64>>) {
        self.rules.send_modify(|rules| rules.budget = budget);
    }

    /// Closes all open connections.
    pub fn disconnect_all(&self) {
        let before = self.connections();
        self.rules.send_modify(|rules| rules.close_before = before);
    }

    /// Keeps open connections open, but never forwards data from the server over them again.
    pub fn make_half_open(&self) {
        let before = self.connections();
        self.rules.send_modify(|rules| rules.half_open_before = before);
    }

    /// Starts or stops delaying data from the server.
    pub fn stall(&self, stall: bool) {
        self.rules.send_modify(|rules| rules.stall = stall);
    }

    /// Closes all open connections and refuses new ones, or accepts connections again.
    pub fn refuse(&self, refuse: bool) {
        let before = self.connections();
        self.rules.send_modify(|rules| {
            rules.refuse = refuse;
            rules.close_before = before;
        });
    }

    /// Closes all open connections and forwards new ones to another server.
    pub fn redirect_to(&self, upstream: (String, u16)) {
        let before = self.connections();
        self.rules.send_modify(|rules| {
            rules.upstream = upstream;
            rules.close_before = before;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.disconnect_all();
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
        let refuse = rules.borrow_and_update().refuse;
        match (&listener, refuse) {
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
                tokio::spawn(forward(connection, number, budget, rules.clone()));
            },
        }
    }
}

/// Forwards one connection until either side closes it or a rule ends it.
async fn forward(
    mut client: TcpStream,
    number: u64,
    mut budget: u64,
    mut rules: watch::Receiver<Rules>,
) -> io::Result<()> {
    let upstream = rules.borrow().upstream.clone();
    let mut server = TcpStream::connect(upstream).await?;
    let mut stall_rules = rules.clone();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let up = tokio::io::copy(&mut from_client, &mut to_server);
    let down = async {
        let mut buffer = vec![0; 16 << 10];
        loop {
            let read = from_server.read(&mut buffer).await?;
            let open = stall_rules
                .wait_for(|rules| !rules.stall && number >= rules.half_open_before)
                .await
                // An error means that the proxy was dropped.
                .is_ok();
            if read == 0 || !open {
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
        _ = async { rules.wait_for(|rules| number < rules.close_before).await.is_ok() } => {},
    }
    Ok(())
}
