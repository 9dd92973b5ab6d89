//! Looks whether topics are there, and creates those that are missing.

use std::collections::HashSet;

use rdkafka::admin::{AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::producer::Producer as _;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, Instant, sleep};
use watch_protocol::error::one_line;

use super::client::Client;
use super::config::KafkaTopic;
use super::target::Target;
use crate::sink::SinkError;

/// How often it is looked whether a topic is there that is being created.
const INTERVAL: Duration = Duration::from_millis(100);

/// The topics that are known to be there.
#[derive(Debug, Default)]
pub(super) struct Topics(HashSet<String>);

impl Topics {
    /// Looks whether a topic is there, unless that is known; creates it if it is missing and should be.
    ///
    /// # Errors
    ///
    /// Fails if it is missing, or nobody knows.
    pub(super) async fn ensure(
        &mut self,
        client: &Client,
        target: &Target,
        topic: &str,
    ) -> Result<(), SinkError> {
        if self.0.contains(topic) {
            return Ok(());
        }
        let until = Instant::now() + target.timeout;
        let mut is_created = false;
        loop {
            let Some(code) = look(client, target, topic).await? else { break };
            match (code, &target.config.create) {
                (Code::UnknownTopicOrPartition, Some(create)) if !is_created => {
                    self::create(client, target, topic, create).await?;
                    is_created = true;
                    continue;
                }
                (Code::UnknownTopicOrPartition, _) if is_created => {}
                (Code::LeaderNotAvailable, _) => {}
                (code, _) => {
                    return Err(target.failed(topic, Some(code), &KafkaError::MetadataFetch(code)));
                }
            }
            if Instant::now() >= until {
                return Err(target.failed(topic, Some(code), &KafkaError::MetadataFetch(code)));
            }
            sleep(INTERVAL).await;
        }
        self.0.insert(topic.to_owned());
        Ok(())
    }

    /// Forgets which topics are there.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Returns what is wrong with a topic, if something is.
async fn look(client: &Client, target: &Target, topic: &str) -> Result<Option<Code>, SinkError> {
    let (producer, timeout, name) = (client.producer.clone(), target.timeout, topic.to_owned());
    let look = move || -> KafkaResult<Option<Code>> {
        let metadata = producer.client().fetch_metadata(Some(&name), timeout)?;
        let found = metadata.topics().iter().find(|found| found.name() == name);
        Ok(match found {
            Some(found) => match found.error() {
                Some(error) => Some(error.into()),
                None if found.partitions().is_empty() => Some(Code::LeaderNotAvailable),
                None => None,
            },
            None => Some(Code::UnknownTopicOrPartition),
        })
    };
    let looked = spawn_blocking(look).await;
    match looked {
        Ok(Ok(code)) => {
            client.notices.succeeded();
            Ok(code)
        }
        Ok(Err(error)) => Err(unreachable(client, target, &one_line(&error))),
        Err(error) => Err(SinkError::new(format!("{}: {error}", target.name))),
    }
}

/// Returns the error of brokers that do not answer.
pub(super) fn unreachable(client: &Client, target: &Target, otherwise: &str) -> SinkError {
    let why = client.notices.last();
    SinkError::new(format!("{}: {}", target.name, why.as_deref().unwrap_or(otherwise)))
}

async fn create(
    client: &Client,
    target: &Target,
    topic: &str,
    create: &KafkaTopic,
) -> Result<(), SinkError> {
    let number = |number: Option<u16>| number.map_or(-1, i32::from);
    let replicas = TopicReplication::Fixed(number(create.replicas));
    let mut new = NewTopic::new(topic, number(create.partitions), replicas);
    for (key, value) in &create.settings {
        new = new.set(key, value);
    }
    let options = AdminOptions::new()
        .request_timeout(Some(target.timeout))
        .operation_timeout(Some(target.timeout));
    let created = match client.admin() {
        Ok(admin) => admin.create_topics([&new], &options).await,
        Err(error) => Err(error),
    };
    let failed = |why: &str| {
        let text = format!("{}: the topic {topic} cannot be created: {why}", target.name);
        Err(SinkError::new(text))
    };
    match created.map(|results| results.into_iter().next()) {
        Ok(None | Some(Ok(_) | Err((_, Code::TopicAlreadyExists)))) => Ok(()),
        Ok(Some(Err((
            _,
            code @ (Code::ClusterAuthorizationFailed | Code::TopicAuthorizationFailed),
        )))) => {
            failed(&format!("{code}; allow the operation Create, or create the topic yourself"))
        }
        Ok(Some(Err((_, code @ (Code::InvalidPartitions | Code::InvalidReplicationFactor))))) => {
            failed(&format!("{code}; change `create: {{partitions, replicas}}`"))
        }
        Ok(Some(Err((_, code @ Code::InvalidConfig)))) => {
            failed(&format!("{code}; change `create: {{settings}}`"))
        }
        Ok(Some(Err((_, code)))) => failed(&code.to_string()),
        Err(error) => failed(&one_line(&error)),
    }
}
