//! The configuration of the sink `kafka`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::sink::tls::TlsFiles;

/// How events reach a topic of Kafka.
///
/// ```yaml
/// to:
///   kafka:
///     url: kafka://kafka-0.kafka:9093,kafka-1.kafka:9093
///     topic: k8s.{group}.{resource}
///     credentials: {mechanism: SCRAM-SHA-512, user: relay, passwordFile: /etc/relay/password}
///     tls: {ca: /etc/relay/ca.pem}
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KafkaConfig {
    /// `kafka://HOST:PORT,HOST:PORT,…`: brokers that know the others. The port is 9092 by default.
    pub url: SecretString,
    /// The template of topics, by default `k8s`. There are `{cluster}`, `{group}`, `{version}` (of the API), `{resource}`,
    /// `{kind}` and `{namespace}`. In values, all but letters, digits, `.` and `-` is written as `_` and two hexadecimal
    /// digits a byte; the empty group as `core`, other empty values as `_`.
    #[serde(default = "default_topic")]
    pub topic: String,
    /// How to create a topic that is missing. By default that is an error.
    pub create: Option<KafkaTopic>,
    /// Who the relay is (SASL).
    pub credentials: Option<KafkaCredentials>,
    /// Encryption. Without it, connections are not encrypted; `{}` is enough to accept the CAs of the system.
    pub tls: Option<TlsFiles>,
    /// How records are compressed. By default they are not.
    #[serde(default)]
    pub compression: Compression,
    /// How many bytes are sent to a partition together. At most the topic's `max.message.bytes`: records that exceed it
    /// only together are sent one by one, which is slow.
    #[serde(default = "default_batch_bytes")]
    pub batch_bytes: u32,
    /// How long nothing may be acknowledged before that is reported, in seconds.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
}

/// A topic to be created.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KafkaTopic {
    /// How many partitions it has. By default the broker decides (`num.partitions`; before Kafka 2.4 it must be said).
    pub partitions: Option<u16>,
    /// How many brokers keep each partition. By default the broker decides (`default.replication.factor`).
    pub replicas: Option<u16>,
    /// Other settings of the topic by Kafka's names, such as `max.message.bytes` and `retention.ms`.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// Who the relay is for Kafka, by SASL.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KafkaCredentials {
    /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    pub mechanism: Mechanism,
    /// The user's name.
    pub user: String,
    /// The password. Better in a file.
    pub password: Option<SecretString>,
    /// The file that has the password; white space around it is no part of it.
    pub password_file: Option<PathBuf>,
}

/// How the relay proves who it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Mechanism {
    /// The password is sent: only with TLS.
    #[serde(rename = "PLAIN")]
    Plain,
    /// The password is not sent (RFC 7677).
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// The password is not sent (RFC 5802, with SHA-512).
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

/// How records are compressed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With LZ4: at little cost.
    Lz4,
    /// With Snappy.
    Snappy,
    /// With Zstandard: the smallest. It needs Kafka 2.1.
    Zstd,
}

impl KafkaConfig {
    /// Creates the configuration of a URL, everything else by default.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into().into(),
            topic: default_topic(),
            create: None,
            credentials: None,
            tls: None,
            compression: Compression::default(),
            batch_bytes: default_batch_bytes(),
            timeout_seconds: default_timeout(),
        }
    }

    /// Creates the configuration of a URL that may name the topic, too: `kafka://HOST:PORT/TOPIC`.
    pub fn from_url(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        match rest.split_once('/') {
            Some((brokers, topic)) if !topic.is_empty() => {
                Self { topic: topic.to_owned(), ..Self::new(format!("{scheme}://{brokers}")) }
            }
            _ => Self::new(url),
        }
    }
}

fn default_topic() -> String {
    "k8s".to_owned()
}

fn default_batch_bytes() -> u32 {
    1_000_000
}

fn default_timeout() -> u32 {
    10
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn url_may_name_the_topic() {
        for (url, brokers, topic) in [
            ("kafka://h:1,i/t.{group}", "kafka://h:1,i", "t.{group}"),
            ("kafka://h:1/", "kafka://h:1/", "k8s"),
            ("kafka://h", "kafka://h", "k8s"),
        ] {
            let config = KafkaConfig::from_url(url);
            assert_eq!((config.url.expose_secret(), &*config.topic), (brokers, topic));
        }
    }
}
