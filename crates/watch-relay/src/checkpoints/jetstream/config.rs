//! The configuration of checkpoints in JetStream.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy};
use serde::Deserialize;

use crate::nats::{NatsCredentials, NatsTls, NatsUrl, Server};

/// Where checkpoints are kept in NATS JetStream.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JetStreamConfig {
    /// The server's address, such as `nats://127.0.0.1:4222`; several of one cluster with commas between them.
    pub url: NatsUrl,
    /// The name of the stream of checkpoints. By default `watchables-checkpoints`. It must keep all that is written.
    #[serde(default = "default_stream")]
    pub stream: String,
    /// On how many servers of the cluster the stream is kept, if it is created. By default 1.
    #[serde(default = "default_replicas")]
    pub replicas: u8,
    /// Whether the stream is created if it is missing. By default it is.
    #[serde(default = "default_create")]
    pub create: bool,
    /// Who the relay is.
    pub credentials: Option<NatsCredentials>,
    /// Encryption.
    pub tls: Option<NatsTls>,
    /// How long an answer may take, in seconds. By default 5.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
}

fn default_stream() -> String {
    "watchables-checkpoints".to_owned()
}

fn default_replicas() -> u8 {
    1
}

fn default_create() -> bool {
    true
}

fn default_timeout() -> u32 {
    5
}

impl JetStreamConfig {
    /// The configuration of a server, with defaults for all else.
    pub fn new(url: impl Into<NatsUrl>) -> Self {
        Self {
            url: url.into(),
            stream: default_stream(),
            replicas: default_replicas(),
            create: default_create(),
            credentials: None,
            tls: None,
            timeout_seconds: default_timeout(),
        }
    }

    pub(super) fn server(&self) -> Server {
        Server {
            url: self.url.clone(),
            credentials: self.credentials.clone(),
            tls: self.tls.clone(),
            timeout: Duration::from_secs(self.timeout_seconds.max(1).into()),
            max_in_flight: 1,
        }
    }

    pub(super) fn to_create(&self) -> Option<Config> {
        self.create.then(|| Config {
            name: self.stream.clone(),
            subjects: vec![format!("{}.>", self.stream)],
            max_messages: -1,
            max_bytes: -1,
            max_messages_per_subject: -1,
            discard: DiscardPolicy::New,
            num_replicas: self.replicas.max(1).into(),
            description: Some("checkpoints of watchables relay".to_owned()),
            ..Config::default()
        })
    }

    pub(super) fn how_to_create(&self) -> String {
        let name = &self.stream;
        format!(
            "create it with `nats stream add {name} --subjects '{name}.>' --storage file --replicas {} --discard new \
             --defaults`, or let the relay do it with `create: true`",
            self.replicas
        )
    }
}
