//! A blocking HTTP client for the servers under test.

use std::sync::Once;
use std::time::Duration;

use reqwest::Certificate;
use reqwest::blocking::{Client, ClientBuilder};
use serde_json::Value;

use crate::{Error, Result};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Creates a client that trusts only the given CA, or one for plain HTTP.
pub(crate) fn client(ca: Option<&str>) -> Result<Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only if a provider is already installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let builder = match ca {
        Some(pem) => {
            let certificate = Certificate::from_pem(pem.as_bytes())
                .map_err(Error::cannot("parse the CA certificate"))?;
            ClientBuilder::new().tls_certs_only([certificate])
        }
        None => ClientBuilder::new(),
    };
    builder
        .no_proxy()
        .timeout(REQUEST_TIMEOUT)
        .build()
        .map_err(Error::cannot("create an HTTP client"))
}

/// Posts JSON and decodes the response as JSON.
pub(crate) fn post(client: &Client, url: &str, body: &Value) -> Result<Value> {
    client
        .post(url)
        .json(body)
        .send()
        .and_then(reqwest::blocking::Response::error_for_status)
        .and_then(reqwest::blocking::Response::json)
        .map_err(Error::cannot(format!("post to {url}")))
}
