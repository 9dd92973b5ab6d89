//! The configuration of the sink `http`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::sink::tls::TlsFiles;

/// Where events are posted, and how. Connections are made directly, without a proxy.
///
/// ```yaml
/// http:
///   url: https://hooks.example.com/kubernetes
///   bearerTokenFile: /etc/relay/token
///   batchSize: 100
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpConfig {
    /// `http://…` or `https://…`. Its query is not printed, as it may contain a secret.
    pub url: SecretString,
    /// A file with a token that is sent as `Authorization: Bearer TOKEN`. It is read again when it has changed.
    pub bearer_token_file: Option<PathBuf>,
    /// Headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretString>,
    /// Headers by name whose values are in files. They are read again when they have changed.
    #[serde(default)]
    pub header_files: BTreeMap<String, PathBuf>,
    /// How many events a request has at most. With more than one, `CloudEvents` are sent as batches
    /// (`application/cloudevents-batch+json`), and the wire form in lines (`application/x-ndjson`). `CloudEvents` in
    /// binary mode have a request each in any case.
    #[serde(default = "one")]
    pub batch_size: u32,
    /// How many bytes a request with several events has at most.
    #[serde(default = "default_batch_bytes")]
    pub batch_bytes: u32,
    /// How many requests are under way at once. Those about one object follow one another.
    #[serde(default = "default_concurrency")]
    pub concurrency: u32,
    /// How long a request may take, with its answer, in seconds.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
    /// The longest time that `Retry-After` can ask for, in seconds; longer ones are cut to it.
    #[serde(default = "default_retry_after")]
    pub max_retry_after_seconds: u32,
    /// Files for TLS. Connections that are made after they have changed use the new ones.
    #[serde(default)]
    pub tls: TlsFiles,
}

impl HttpConfig {
    /// Creates the configuration of a URL, everything else by default.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into().into(),
            bearer_token_file: None,
            headers: BTreeMap::new(),
            header_files: BTreeMap::new(),
            batch_size: one(),
            batch_bytes: default_batch_bytes(),
            concurrency: default_concurrency(),
            timeout_seconds: default_timeout(),
            max_retry_after_seconds: default_retry_after(),
            tls: TlsFiles::default(),
        }
    }
}

fn one() -> u32 {
    1
}

fn default_batch_bytes() -> u32 {
    1 << 20
}

fn default_concurrency() -> u32 {
    16
}

fn default_timeout() -> u32 {
    30
}

fn default_retry_after() -> u32 {
    5 * 60
}
