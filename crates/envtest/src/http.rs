//! Requests to the servers that we start.

use std::sync::Once;
use std::time::Duration;

use reqwest::Certificate;
use reqwest::blocking::{Client, ClientBuilder};
use serde_json::Value;

use crate::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(10);

/// A client that trusts one authority, or needs none.
pub(crate) fn client(authority: Option<&str>) -> Result<Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only where one is installed already, which will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let builder = match authority {
        Some(pem) => {
            let certificate = Certificate::from_pem(pem.as_bytes())
                .map_err(Error::cannot("read our own authority"))?;
            ClientBuilder::new().tls_certs_only([certificate])
        }
        None => ClientBuilder::new(),
    };
    builder.no_proxy().timeout(PATIENCE).build().map_err(Error::cannot("make an HTTP client"))
}

/// Posts JSON and reads the answer's.
pub(crate) fn post(client: &Client, url: &str, body: &Value) -> Result<Value> {
    client
        .post(url)
        .json(body)
        .send()
        .and_then(reqwest::blocking::Response::error_for_status)
        .and_then(reqwest::blocking::Response::json)
        .map_err(Error::cannot(format!("post to {url}")))
}
