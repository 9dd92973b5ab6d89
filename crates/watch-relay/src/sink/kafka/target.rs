//! Where records go: brokers, topics and limits that were checked.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::config::KafkaConfig;
use super::topic::Template;
use crate::sink::SinkError;

const PORT: u16 = 9092;

/// What was checked of a configuration.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) config: KafkaConfig,
    /// The brokers, as librdkafka takes them: `h:9092,i:9092`.
    pub(super) brokers: String,
    pub(super) template: Template,
    /// The brokers and the topic.
    pub(super) name: String,
    pub(super) timeout: Duration,
}

impl Target {
    /// Checks a configuration. Files are not read.
    ///
    /// # Errors
    ///
    /// Fails if it is invalid. The message names the key, and no secret.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, SinkError> {
        let brokers = brokers(config.url.expose_secret()).map_err(SinkError::new)?;
        let template = Template::parse(&config.topic)?;
        for (key, value, least, most) in [
            ("batchBytes", config.batch_bytes, 1, i32::MAX.unsigned_abs()),
            ("timeoutSeconds", config.timeout_seconds, 1, 3_600),
        ] {
            if !(least..=most).contains(&value) {
                let text = format!("`{key}` of `kafka` must be from {least} to {most}");
                return Err(SinkError::new(text));
            }
        }
        let create = config.create.as_ref();
        for (key, value) in [
            ("partitions", create.and_then(|create| create.partitions)),
            ("replicas", create.and_then(|create| create.replicas)),
        ] {
            if value == Some(0) {
                return Err(SinkError::new(format!("`create: {{{key}}}` must be at least 1")));
            }
        }
        if let Some(credentials) = &config.credentials {
            if credentials.user.is_empty() {
                return Err(SinkError::new("`credentials` of `kafka` has an empty `user`"));
            }
            if credentials.password.is_some() == credentials.password_file.is_some() {
                return Err(SinkError::new(
                    "`credentials` of `kafka` needs either `passwordFile` or `password`",
                ));
            }
        }
        let name = format!("kafka://{brokers}, topic {}", config.topic);
        let timeout = Duration::from_secs(config.timeout_seconds.into());
        Ok(Self { config: config.clone(), brokers, template, name, timeout })
    }
}

/// Reads the brokers of a URL.
fn brokers(url: &str) -> Result<String, &'static str> {
    let invalid =
        "the `url` of `kafka` is not `kafka://HOST:PORT`, or several with commas between them";
    let rest = url.strip_prefix("kafka://").ok_or(invalid)?;
    if rest.contains('@') {
        return Err("the `url` of `kafka` has a user: write it as `credentials`");
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains('/') {
        return Err("the `url` of `kafka` has a path: write the topic as `topic`");
    }
    let broker = |broker: &str| {
        // `[::1]:9092` has colons in its host.
        let (host, port) = match broker.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| invalid)?)
            }
            _ => (broker, PORT),
        };
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_colon_expected = inner.is_some();
        let inner = inner.unwrap_or(host);
        let is_valid = |c: char| {
            c.is_ascii_alphanumeric() || "-._%".contains(c) || c == ':' && is_colon_expected
        };
        if inner.is_empty() || !inner.chars().all(is_valid) || port == 0 {
            return Err(invalid);
        }
        Ok(format!("{host}:{port}"))
    };
    Ok(rest.split(',').map(broker).collect::<Result<Vec<_>, _>>()?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::kafka::config::{KafkaCredentials, KafkaTopic, Mechanism};

    #[test]
    fn brokers_have_ports() {
        for (url, expected) in [
            ("kafka://h", "h:9092"),
            ("kafka://h:1/", "h:1"),
            ("kafka://h,i.example:2", "h:9092,i.example:2"),
            ("kafka://[::1]:9,[::2]", "[::1]:9,[::2]:9092"),
        ] {
            assert_eq!(brokers(url).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn invalid_configuration_is_named_without_its_secrets() {
        let with = |change: fn(&mut KafkaConfig)| {
            let mut config = KafkaConfig::new("kafka://h");
            change(&mut config);
            config
        };
        let credentials = |password: Option<&str>| KafkaCredentials {
            mechanism: Mechanism::Plain,
            user: "u".to_owned(),
            password: password.map(Into::into),
            password_file: Some("f".into()),
        };
        let mut both = KafkaConfig::new("kafka://h");
        both.credentials = Some(credentials(Some("hunter2")));
        let mut nobody = KafkaConfig::new("kafka://h");
        nobody.credentials = Some(KafkaCredentials { user: String::new(), ..credentials(None) });
        let cases = [
            (KafkaConfig::new("http://hunter2"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://h:hunter2"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://h:0"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://h,"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://a:b:1"), "kafka://HOST:PORT"),
            (KafkaConfig::new("kafka://u:hunter2@h"), "as `credentials`"),
            (KafkaConfig::new("kafka://h/t"), "as `topic`"),
            (with(|config| config.topic = "{name}".into()), "`topic`"),
            (with(|config| config.batch_bytes = 0), "`batchBytes`"),
            (with(|config| config.timeout_seconds = 0), "`timeoutSeconds`"),
            (
                with(|config| {
                    config.create = Some(KafkaTopic { partitions: Some(0), ..Default::default() });
                }),
                "`create: {partitions}`",
            ),
            (both, "either `passwordFile` or `password`"),
            (nobody, "empty `user`"),
        ];
        for (config, part) in cases {
            let error = Target::new(&config).expect_err("it is invalid");
            let text = format!("{error} {error:?} {config:?}");
            assert!(text.contains(part) && !text.contains("hunter2"), "{text}");
        }
    }
}
