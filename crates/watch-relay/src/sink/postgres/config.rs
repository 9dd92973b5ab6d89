//! The configuration of the sink `postgres`, and of checkpoints in PostgreSQL.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::sink::tls::TlsFiles;

/// Where a PostgreSQL database is, and how it is used.
///
/// ```yaml
/// postgres:
///   url: postgres://relay@db.example.com:5432/events?sslmode=verify-full
///   passwordFile: /etc/relay/password
///   create: true
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostgresConfig {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with parameters as libpq has them: `sslmode`, `sslrootcert`,
    /// `sslcert`, `sslkey`, `connect_timeout`, `target_session_attrs`, `application_name` and others. Several hosts,
    /// separated by commas, are tried in turn.
    pub url: SecretString,
    /// A file with the password, read at each connection. Without it the URL's is used, else the environment variable
    /// `PGPASSWORD`.
    pub password_file: Option<PathBuf>,
    /// The schema that the tables are in.
    #[serde(default = "default_schema")]
    pub schema: String,
    /// Whether missing tables are created, and their schema.
    #[serde(default)]
    pub create: bool,
    /// Files for TLS. `sslrootcert`, `sslcert` and `sslkey` of the URL are the same.
    #[serde(default)]
    pub tls: TlsFiles,
    /// How long a batch, a commit, or connecting may take, in seconds, before the connection is given up.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
}

impl PostgresConfig {
    /// Creates the configuration of a URL, everything else by default.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into().into(),
            password_file: None,
            schema: default_schema(),
            create: false,
            tls: TlsFiles::default(),
            timeout_seconds: default_timeout(),
        }
    }
}

fn default_schema() -> String {
    "watchables".to_owned()
}

fn default_timeout() -> u32 {
    30
}
