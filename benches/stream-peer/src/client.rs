//! The client for a server of the benches.

use kube::{Client, Config};
use stream_common::Error;

/// Returns a client for the server at a URL.
pub(crate) fn client(url: &str) -> Result<Client, Error> {
    Ok(Client::try_from(Config::new(url.parse()?))?)
}
