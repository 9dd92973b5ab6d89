//! The configuration of the sink.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy};
use serde::Deserialize;

use crate::nats::{NatsCredentials, NatsTls, NatsUrl, Server, Storage};
use crate::sink::nats::subject::Template;

/// How events reach a stream of NATS JetStream.
///
/// ```yaml
/// to:
///   nats:
///     url: nats://nats.example:4222
///     stream: k8s
///     create: {replicas: 3}
///     credentials: {file: /etc/watchables/relay.creds}
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NatsConfig {
    /// The server's address, such as `nats://127.0.0.1:4222`, or `tls://…`; several of one cluster with commas between
    /// them.
    pub url: NatsUrl,
    /// The stream's name. By default `k8s`.
    #[serde(default = "default_stream")]
    pub stream: String,
    /// The template of subjects, by default `k8s.{cluster}.{group}.{resource}.{namespace}.{name}.{type}`. There are also
    /// `{version}` (of the API), `{kind}` and `{uid}`. It must have `{resource}`, `{namespace}` and `{name}`; without
    /// `{group}` or `{cluster}`, there must be only one of them in the stream. A value takes one token: `.` is written
    /// `_`; `_`, `%`, `*`, `>`, `$`, spaces and what is not printable ASCII as `%` and two hexadecimal digits a byte; the
    /// empty group as `core`, other empty values as `_`. `{type}` is `added`, `modified` or `deleted`.
    #[serde(default = "default_subject")]
    pub subject: String,
    /// How to create the stream if it is missing. By default that is an error.
    pub create: Option<NatsStream>,
    /// Who the relay is.
    pub credentials: Option<NatsCredentials>,
    /// Encryption.
    pub tls: Option<NatsTls>,
    /// How long an answer may take, in seconds. By default 5.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
    /// How many messages may be on their way unacknowledged, each of another object. By default 512.
    #[serde(default = "default_max_in_flight")]
    pub max_in_flight: u32,
    /// The stream in which it is written who delivers each shard, if several replicas do. By default `STREAM-fences`; it
    /// is created if it is missing.
    pub fence_stream: Option<String>,
}

/// A stream to be created.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NatsStream {
    /// The subjects that it takes. By default the part of the template that is the same for all, such as `k8s.>`.
    pub subjects: Option<Vec<String>>,
    /// Where messages are kept: `file` (the default) or `memory`.
    #[serde(default)]
    pub storage: Storage,
    /// How many servers of the cluster keep each message. By default 1.
    pub replicas: Option<u8>,
    /// For how long the server itself recognises a message that comes again, in seconds. By default 120.
    pub duplicate_window_seconds: Option<u32>,
    /// How long messages are kept, in seconds. By default for ever.
    pub max_age_seconds: Option<u32>,
    /// How many messages are kept. By default all.
    pub max_messages: Option<u64>,
    /// How many bytes are kept. By default all.
    pub max_bytes: Option<u64>,
    /// What makes room when the stream is full: the oldest messages (`old`, the default), or nothing: then the relay
    /// waits (`new`).
    #[serde(default)]
    pub discard: Discard,
}

/// What happens when a stream is full.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Discard {
    /// The oldest messages are removed.
    #[default]
    Old,
    /// New messages are refused.
    New,
}

fn default_stream() -> String {
    "k8s".to_owned()
}

fn default_subject() -> String {
    "k8s.{cluster}.{group}.{resource}.{namespace}.{name}.{type}".to_owned()
}

fn default_timeout() -> u32 {
    5
}

fn default_max_in_flight() -> u32 {
    512
}

impl NatsConfig {
    /// The configuration of a server, with defaults for all else.
    pub fn new(url: impl Into<NatsUrl>) -> Self {
        Self {
            url: url.into(),
            stream: default_stream(),
            subject: default_subject(),
            create: None,
            credentials: None,
            tls: None,
            timeout_seconds: default_timeout(),
            max_in_flight: default_max_in_flight(),
            fence_stream: None,
        }
    }

    pub(super) fn server(&self) -> Server {
        Server {
            url: self.url.clone(),
            credentials: self.credentials.clone(),
            tls: self.tls.clone(),
            timeout: Duration::from_secs(self.timeout_seconds.max(1).into()),
            max_in_flight: self.max_in_flight(),
        }
    }

    pub(super) fn max_in_flight(&self) -> usize {
        self.max_in_flight.clamp(1, 100_000) as usize
    }

    pub(super) fn fence_stream(&self) -> String {
        self.fence_stream.clone().unwrap_or_else(|| format!("{}-fences", self.stream))
    }

    /// Returns the stream to be created, if it is to be.
    pub(super) fn to_create(&self, template: &Template) -> Option<Config> {
        let create = self.create.as_ref()?;
        let limit = |limit: Option<u64>| limit.map_or(-1, |limit| limit.try_into().unwrap_or(-1));
        let seconds = |seconds: Option<u32>| Duration::from_secs(seconds.unwrap_or(0).into());
        Some(Config {
            name: self.stream.clone(),
            subjects: create.subjects.clone().unwrap_or_else(|| vec![template.prefix()]),
            storage: create.storage.into(),
            num_replicas: create.replicas.unwrap_or(1).into(),
            duplicate_window: seconds(create.duplicate_window_seconds),
            max_age: seconds(create.max_age_seconds),
            max_messages: limit(create.max_messages),
            max_bytes: limit(create.max_bytes),
            discard: match create.discard {
                Discard::Old => DiscardPolicy::Old,
                Discard::New => DiscardPolicy::New,
            },
            description: Some(
                "what happens to Kubernetes' objects; by watchables relay".to_owned(),
            ),
            ..Config::default()
        })
    }

    /// Returns how a person would create the stream.
    pub(super) fn how_to_create(&self, template: &Template) -> String {
        let (name, subjects) = (&self.stream, template.prefix());
        format!(
            "create it with `nats stream add {name} --subjects '{subjects}' --storage file --replicas 1 --defaults`, or let \
             the relay do it with `create: {{}}`"
        )
    }
}
