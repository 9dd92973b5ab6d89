//! A client of Kafka with the files as they were.

use std::path::Path;

use rdkafka::ClientConfig;
use rdkafka::admin::AdminClient;
use rdkafka::error::KafkaError;
use rdkafka::producer::{FutureProducer, Producer as _, PurgeConfig};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::spawn_blocking;
use watch_protocol::error::one_line;

use super::config::{Compression, KafkaCredentials, Mechanism};
use super::notices::Notices;
use super::target::Target;
use crate::sink::tls::Check;
use crate::sink::{SinkError, secret_file};

/// The largest record that is sent: what brokers take in a request by default (`socket.request.max.bytes`). The topic's own
/// limit is the broker's to know.
const MAX_BYTES: &str = "104857600";

/// A producer, and what it has reported.
pub(super) struct Client {
    pub(super) producer: FutureProducer<Notices>,
    pub(super) notices: Notices,
    settings: ClientConfig,
}

impl Client {
    /// Reads the files, and starts to connect.
    ///
    /// # Errors
    ///
    /// Fails if a file or a setting cannot be used.
    pub(super) fn new(target: &Target) -> Result<Self, SinkError> {
        let notices = Notices::default();
        let settings = settings(target)?;
        let producer = settings
            .create_with_context(notices.clone())
            .map_err(|error: KafkaError| SinkError::new(one_line(&error)))?;
        Ok(Self { producer, notices, settings })
    }

    /// Returns why this producer will never store anything again, if that is so.
    pub(super) fn fatal_error(&self) -> Option<String> {
        self.producer.client().fatal_error().map(|(_, reason)| reason)
    }

    /// Returns whether only another client may succeed.
    pub(super) fn is_over(&self) -> bool {
        self.notices.is_over() || self.fatal_error().is_some()
    }

    /// Returns a client that creates topics.
    ///
    /// # Errors
    ///
    /// Fails if the files have changed and cannot be used any more.
    pub(super) fn admin(&self) -> Result<AdminClient<Notices>, KafkaError> {
        self.settings.create_with_context(self.notices.clone())
    }

    /// Forgets all that is on its way, and closes the connections.
    pub(super) async fn close(self) {
        // It waits for librdkafka's threads.
        let close = move || {
            self.producer.purge(PurgeConfig::default().queue().inflight());
            drop(self);
        };
        let _ = spawn_blocking(close).await;
    }
}

fn settings(target: &Target) -> Result<ClientConfig, SinkError> {
    let config = &target.config;
    let mut settings = ClientConfig::new();
    for (key, value) in [
        ("bootstrap.servers", &*target.brokers),
        ("client.id", "watchables-relay"),
        ("enable.idempotence", "true"),
        ("acks", "all"),
        // What is on its way stays so until the broker has answered: sent by another producer, it would be stored twice.
        ("message.timeout.ms", "0"),
        ("message.max.bytes", MAX_BYTES),
        // As Kafka's own producer, so that both choose the same partition for a key.
        ("partitioner", "murmur2"),
        ("linger.ms", "1"),
        ("reconnect.backoff.max.ms", "2000"),
        ("socket.keepalive.enable", "true"),
        ("socket.timeout.ms", "30000"),
    ] {
        settings.set(key, value);
    }
    settings.set("batch.size", config.batch_bytes.to_string());
    let compression = match config.compression {
        Compression::None => "none",
        Compression::Lz4 => "lz4",
        Compression::Snappy => "snappy",
        Compression::Zstd => "zstd",
    };
    settings.set("compression.type", compression);
    let protocol = match (&config.credentials, &config.tls) {
        (None, None) => "plaintext",
        (None, Some(_)) => "ssl",
        (Some(_), None) => "sasl_plaintext",
        (Some(_), Some(_)) => "sasl_ssl",
    };
    settings.set("security.protocol", protocol);
    if let Some(credentials) = &config.credentials {
        let mechanism = match credentials.mechanism {
            Mechanism::Plain => "PLAIN",
            Mechanism::ScramSha256 => "SCRAM-SHA-256",
            Mechanism::ScramSha512 => "SCRAM-SHA-512",
        };
        settings.set("sasl.mechanism", mechanism);
        settings.set("sasl.username", &credentials.user);
        settings.set("sasl.password", password(credentials)?.expose_secret());
    }
    if let Some(tls) = &config.tls {
        // Names the file that is at fault, which OpenSSL does not.
        tls.client_config(Check::Full)?;
        let path = |path: &Path| path.to_string_lossy().into_owned();
        // `probe`: where systems have them, whatever OpenSSL was built with.
        settings.set("ssl.ca.location", tls.ca.as_deref().map_or("probe".to_owned(), path));
        for (key, file) in
            [("ssl.certificate.location", &tls.certificate), ("ssl.key.location", &tls.key)]
        {
            if let Some(file) = file {
                settings.set(key, path(file));
            }
        }
    }
    Ok(settings)
}

fn password(credentials: &KafkaCredentials) -> Result<SecretString, SinkError> {
    let Some(path) = &credentials.password_file else {
        return Ok(credentials.password.clone().unwrap_or_default());
    };
    Ok(secret_file::read(path)?.trim().into())
}
