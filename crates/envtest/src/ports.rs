//! Free ports of loopback.

use std::net::{Ipv4Addr, TcpListener};

use crate::{Error, Result};

/// A port that nobody uses now. Another program may take it before ours does: starting then fails, and
/// says so.
pub(crate) fn free() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::cannot("find a free port on 127.0.0.1"))
}
