//! Why a broker does not store a record, with the mend.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use watch_protocol::error::one_line;

use super::target::Target;
use crate::sink::SinkError;

/// What became of a record that was not stored.
#[derive(Debug)]
pub(super) enum Failure {
    /// It, or those that were sent with it, exceed the topic's limit.
    TooLarge,
    /// It will never be stored.
    Refused(String),
    /// It may be stored later, or when someone has mended something.
    Failed(SinkError),
}

impl Target {
    /// Tells what concerns the record alone from what concerns all.
    pub(super) fn failure(&self, topic: &str, error: &KafkaError) -> Failure {
        match error.rdkafka_error_code() {
            Some(
                Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidMessageSize,
            ) => Failure::TooLarge,
            Some(Code::InvalidRecord | Code::InvalidTimestamp | Code::PolicyViolation) => {
                Failure::Refused(format!("the topic {topic} does not take it: {}", one_line(error)))
            }
            code => Failure::Failed(self.failed(topic, code, error)),
        }
    }

    /// Returns why a record is refused that is too large on its own.
    pub(super) fn too_large(&self, topic: &str, size: usize) -> String {
        format!(
            "its value has {size} bytes, more than the topic {topic} takes; raise the topic's limit with `kafka-configs.sh \
             --bootstrap-server {} --alter --topic {topic} --add-config max.message.bytes=4194304`, or reduce the object \
             with `fields`",
            self.brokers
        )
    }

    /// Returns an error that concerns a topic.
    pub(super) fn failed(&self, topic: &str, code: Option<Code>, error: &KafkaError) -> SinkError {
        let (name, brokers) = (&self.name, &self.brokers);
        let text = match code {
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
                return self.missing(topic);
            }
            Some(Code::TopicAuthorizationFailed) => {
                let user = self.config.credentials.as_ref();
                let user = user.map_or("ANONYMOUS", |credentials| &credentials.user);
                format!(
                    "{name}: {user} must not write to the topic {topic}; allow it with `kafka-acls.sh --bootstrap-server \
                     {brokers} --add --allow-principal 'User:{user}' --operation Write --operation Describe --topic {topic}`"
                )
            }
            Some(Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend) => {
                format!(
                    "{name}: too few replicas of the topic {topic} are in sync: see to its brokers"
                )
            }
            _ => format!(
                "{name}: a record cannot be stored in the topic {topic}: {}",
                one_line(error)
            ),
        };
        SinkError::new(text)
    }

    /// Returns the error of a topic that is missing.
    pub(super) fn missing(&self, topic: &str) -> SinkError {
        let (name, brokers) = (&self.name, &self.brokers);
        SinkError::new(format!(
            "{name}: there is no topic {topic}; create it with `kafka-topics.sh --bootstrap-server {brokers} --create \
             --topic {topic} --partitions 12 --replication-factor 3`, or let the relay do it with `create: {{}}`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::kafka::config::KafkaConfig;

    #[test]
    fn errors_have_a_mend() {
        let target = Target::new(&KafkaConfig::new("kafka://h")).expect("it is valid");
        let failure = |code| target.failure("t", &KafkaError::MessageProduction(code));
        for (code, part) in [
            (Code::UnknownTopicOrPartition, "--create --topic t"),
            (Code::UnknownTopic, "`create: {}`"),
            (Code::TopicAuthorizationFailed, "--allow-principal 'User:ANONYMOUS'"),
            (Code::NotEnoughReplicas, "see to its brokers"),
            (Code::KafkaStorageError, "cannot be stored in the topic t: "),
        ] {
            let Failure::Failed(error) = failure(code) else { panic!("{code}") };
            let text = error.to_string();
            assert!(
                text.starts_with("kafka://h:9092, topic k8s: ") && text.contains(part),
                "{text}"
            );
        }
        for code in [Code::InvalidRecord, Code::InvalidTimestamp, Code::PolicyViolation] {
            assert!(matches!(failure(code), Failure::Refused(_)), "{code}");
        }
        for code in [Code::MessageSizeTooLarge, Code::MessageBatchTooLarge] {
            assert!(matches!(failure(code), Failure::TooLarge), "{code}");
        }
    }
}
