//! Addresses of servers.

use std::fmt;

use async_nats::{ConnectOptions, ServerAddr};
use serde::Deserialize;

use crate::nats::failure::Failure;

/// The addresses of servers. The first may have credentials in it, `nats://USER:PASSWORD@HOST:4222` or
/// `nats://TOKEN@HOST:4222`, which are not shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct NatsUrl(String);

impl NatsUrl {
    /// Returns the addresses, without credentials, for people.
    pub(crate) fn name(&self) -> Result<String, Failure> {
        self.addresses().map(|(_, name)| name)
    }

    /// Returns the addresses, and what to call them.
    pub(super) fn addresses(&self) -> Result<(Vec<ServerAddr>, String), Failure> {
        let mut addresses = Vec::new();
        let mut names = Vec::new();
        for url in self.0.split(',') {
            let url = url.trim();
            let wrong = || {
                let url = without_credentials(url);
                let hint = "write it as nats://HOST:4222, several with commas between them";
                Failure::new(format!("`url` is no address of a NATS server: {url:?}; {hint}"))
            };
            let address: ServerAddr = url.parse().map_err(|error| wrong().with_source(error))?;
            if address.host().is_empty() {
                return Err(wrong());
            }
            names.push(format!("{}://{}:{}", address.scheme(), address.host(), address.port()));
            addresses.push(address);
        }
        Ok((addresses, names.join(",")))
    }
}

/// Uses the credentials of the first address, if there are some: the client leaves them alone.
pub(super) fn authenticate(options: ConnectOptions, addresses: &[ServerAddr]) -> ConnectOptions {
    let Some(first) = addresses.first() else { return options };
    match (first.username(), first.password()) {
        (Some(user), Some(password)) => options.user_and_password(decoded(user), decoded(password)),
        (Some(token), None) => options.token(decoded(token)),
        (None, _) => options,
    }
}

impl<T: Into<String>> From<T> for NatsUrl {
    fn from(url: T) -> Self {
        Self(url.into())
    }
}

impl fmt::Debug for NatsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.split(',').map(without_credentials)).finish()
    }
}

/// What stands before an @ may be a password.
fn without_credentials(url: &str) -> &str {
    url.rsplit('@').next().unwrap_or_default()
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}
