//! Listens on a port, and closes it for a while if the scenario has an outage.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use gauge::monotonic;

use crate::connection;
use crate::scenario::{Scenario, Stamp};

/// The time from a server's first connection until its outage.
const BEFORE_OUTAGE: Duration = Duration::from_secs(2);
/// The interval at which a server with an outage checks the clock.
const POLL_INTERVAL: Duration = Duration::from_micros(500);
/// Below the ephemeral ports: no client may take a server's port during its outage.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Binds an unused port.
pub(crate) fn bind() -> io::Result<TcpListener> {
    // Servers that run at the same time start at different ports.
    let offset = u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    for port in (PORTS.start + offset..PORTS.end).chain(PORTS) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

/// Serves forever, except during the outage.
pub(crate) fn serve(listener: TcpListener, scenario: Scenario) -> io::Result<()> {
    if scenario.outage == 0 {
        loop {
            connection::serve(listener.accept()?.0, scenario)?;
        }
    }
    let address = listener.local_addr()?;
    let before = Scenario { stamp: Stamp::At(Duration::ZERO), ..scenario };
    serve_until_outage(&listener, before)?;
    drop(listener);
    thread::sleep(Duration::from_secs(scenario.outage.into()));
    let listener = bind_again(address)?;
    // A client that reconnects gets an event that carries the time the server returned.
    let after = Scenario { stamp: Stamp::At(monotonic()), outage: 0, events: 1, ..scenario };
    serve(listener, after)
}

/// Serves for [`BEFORE_OUTAGE`], then closes all connections.
fn serve_until_outage(listener: &TcpListener, scenario: Scenario) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut first = None;
    let mut streams: Vec<TcpStream> = Vec::new();
    while first.is_none_or(|first: Instant| first.elapsed() < BEFORE_OUTAGE) {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                first.get_or_insert_with(Instant::now);
                streams.push(stream.try_clone()?);
                connection::serve(stream, scenario)?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(POLL_INTERVAL),
            Err(error) => return Err(error),
        }
    }
    for stream in streams {
        // The client may have closed it.
        let _ = stream.shutdown(Shutdown::Both);
    }
    Ok(())
}

/// Binds the port again, which closing connections may hold for a moment.
fn bind_again(address: SocketAddr) -> io::Result<TcpListener> {
    loop {
        match TcpListener::bind(address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => thread::sleep(POLL_INTERVAL),
            bound => return bound,
        }
    }
}
