//! Free loopback ports.

use std::net::{Ipv4Addr, TcpListener};

use crate::{Error, Result};

/// Returns a port that is free now. If another program binds it first, starting the server fails with
/// an error that says so.
pub(crate) fn free() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::cannot("find a free port on 127.0.0.1"))
}
