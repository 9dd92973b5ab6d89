//! The configuration, as it is written.

use watch_relay::sink::nats::{NatsConfig, NatsSink};

fn sink(subject: &str) -> Result<NatsSink, String> {
    let config = NatsConfig { subject: subject.to_owned(), ..NatsConfig::new("nats://h") };
    NatsSink::new(config).map_err(|error| error.to_string())
}

#[test]
fn yaml_is_read_and_unknown_fields_are_named() {
    let text = "url: tls://nats.example:4222,tls://other.example\nstream: events\n\
                create: {storage: memory, replicas: 3, duplicateWindowSeconds: 60, discard: new}\n\
                credentials: {user: relay, passwordFile: /run/secrets/nats}\n\
                tls: {caFile: /etc/ca.pem}\nmaxInFlight: 10\n";
    let config: NatsConfig = serde_saphyr::from_str(text).expect("it is valid");
    assert_eq!((config.stream.as_str(), config.max_in_flight), ("events", 10));
    assert_eq!(config.create.as_ref().and_then(|create| create.replicas), Some(3));
    let sink = NatsSink::new(config).expect("it is well formed");
    let name = watch_relay::sink::Sink::name(&sink).to_owned();
    assert_eq!(name, "tls://nats.example:4222,tls://other.example:4222, stream events");
    let error = serde_saphyr::from_str::<NatsConfig>("url: nats://h\nstraem: x\n").unwrap_err();
    assert!(error.to_string().contains("straem"), "{error}");
}

#[test]
fn templates_that_cannot_work_are_refused() {
    sink("k8s.{cluster}.{group}.{resource}.{namespace}.{name}.{type}").expect("it is the default");
    sink("a.{version}-{resource}.{kind}.{namespace}.{name}.{uid}").expect("all are known");
    for (subject, expected) in [
        ("k8s.{nmae}", "there is no `{nmae}`; there are {cluster}, {group}"),
        ("k8s.{name", "a `{` without `}`"),
        ("k8s.name}", "a `{` without `}`"),
        ("k8s..{resource}.{namespace}.{name}", "an empty token"),
        (".{resource}.{namespace}.{name}", "an empty token"),
        ("{resource}.{namespace}.{name}.", "an empty token"),
        ("k8s.*.{resource}.{namespace}.{name}", "a wildcard"),
        ("k 8s.{resource}.{namespace}.{name}", "a space"),
        ("$JS.{resource}.{namespace}.{name}", "begin with `$`"),
        ("k8s.{resource}.{namespace}", "it must have `{name}`"),
    ] {
        let error = sink(subject).expect_err(subject);
        assert!(error.contains(expected) && error.contains(subject), "{error}");
    }
}

#[test]
fn addresses_that_are_none_are_refused_without_their_password() {
    for url in ["http://relay:topsecret@h:4222", "nats://relay:topsecret@h:port", ""] {
        let error = NatsSink::new(NatsConfig::new(url)).expect_err(url).to_string();
        assert!(error.contains("`url`") && !error.contains("topsecret"), "{error}");
    }
}
