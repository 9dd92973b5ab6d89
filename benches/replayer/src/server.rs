//! A server: listens, and goes away for a while where it is to.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use gauge::monotonic;

use crate::connection;
use crate::scenario::{Scenario, Stamp};

/// From a server's first connection until it goes away.
const SERVES: Duration = Duration::from_secs(2);
/// How often a server that is to go away looks at the clock.
const LOOKS: Duration = Duration::from_micros(500);
/// Below those that clients get, as they must not take one while its server is away.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Binds a port of its own.
pub(crate) fn bind() -> io::Result<TcpListener> {
    // Servers that run at the same time begin elsewhere.
    let offset = u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    for port in (PORTS.start + offset..PORTS.end).chain(PORTS) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

/// Serves for ever, save for an outage.
pub(crate) fn serve(listener: TcpListener, scenario: Scenario) -> io::Result<()> {
    if scenario.outage == 0 {
        loop {
            connection::answer(listener.accept()?.0, scenario)?;
        }
    }
    let address = listener.local_addr()?;
    let before = Scenario { stamp: Stamp::At(Duration::ZERO), ..scenario };
    until_it_goes(&listener, before)?;
    drop(listener);
    thread::sleep(Duration::from_secs(scenario.outage.into()));
    let listener = bind_again(address)?;
    // Whoever comes back gets an event, which says since when he could.
    let after = Scenario { stamp: Stamp::At(monotonic()), outage: 0, events: 1, ..scenario };
    serve(listener, after)
}

/// Serves for a while, then closes all connections.
fn until_it_goes(listener: &TcpListener, scenario: Scenario) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut first = None;
    let mut streams: Vec<TcpStream> = Vec::new();
    while first.is_none_or(|first: Instant| first.elapsed() < SERVES) {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                first.get_or_insert_with(Instant::now);
                streams.push(stream.try_clone()?);
                connection::answer(stream, scenario)?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOKS),
            Err(error) => return Err(error),
        }
    }
    for stream in streams {
        // The client may have closed it.
        let _ = stream.shutdown(Shutdown::Both);
    }
    Ok(())
}

/// Connections that are about to end may hold the port for a moment.
fn bind_again(address: SocketAddr) -> io::Result<TcpListener> {
    loop {
        match TcpListener::bind(address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => thread::sleep(LOOKS),
            bound => return bound,
        }
    }
}
