//! Configurations that are right, and what is said of those that are not.

use super::*;

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

const PIPELINE: &str = "
checkpoints: relay.redb
pipelines:
- name: failures
  watch:
  - resources: [pods]
    namespaces: [shop]
  filter: object.status.phase == 'Failed'
  only: [status]
  events: [ADDED, MODIFIED]
  form: {kind: cloudEvents, oldObject: true}
  redact: ['spec.containers[*].env[*].value']
  to:
    file: {path: failures.jsonl, maxSize: 1000000}
";

#[test]
fn pipelines_are_read() {
    let config = Config::parse(PIPELINE).unwrap();
    let pipeline = &config.pipelines[0];
    assert_eq!(pipeline.watch[0].namespaces, ["shop"]);
    assert_eq!(pipeline.only, [Only::Status]);
    assert!(pipeline.needs_old_objects());
    assert!(!pipeline.has_managed_fields());
    assert!(matches!(&pipeline.to, SinkConfig::File(file) if file.keep == 5 && file.sync));
}

#[test]
fn the_time_until_it_is_unhealthy_is_read_and_is_not_zero() {
    assert_eq!(Config::parse(PIPELINE).unwrap().unhealthy_after().as_secs(), 300);
    let with = |seconds| format!("unhealthyAfterSeconds: {seconds}{PIPELINE}");
    assert_eq!(Config::parse(&with(60)).unwrap().unhealthy_after().as_secs(), 60);
    let error = error(&with(0));
    assert!(error.contains("line 1") && error.contains("nonzero"), "{error}");
}

#[test]
fn errors_name_line_and_key() {
    let unknown = error(&PIPELINE.replace("filter:", "filters:"));
    assert!(unknown.contains("filters") && unknown.contains("line 8"), "{unknown}");
    let mistyped = error(&PIPELINE.replace("[status]", "[phase]"));
    assert!(mistyped.contains("phase") && mistyped.contains("line 9"), "{mistyped}");
    let missing = error(&PIPELINE.replace("- name: failures\n ", "-"));
    assert!(missing.contains("name"), "{missing}");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    for (from, to, part) in [
        ("== 'Failed'", "==", "filter: "),
        ("object.status", "pod.status", "\"pod\" is unknown"),
        ("checkpoints: relay.redb", "", "name a file with `checkpoints`"),
        ("env[*].value", "env[", "redact: "),
        ("resources: [pods]", "resources: ['']", "no resource is named"),
        ("name: failures", "name: a/b", "slash"),
        (
            "  only: [status]",
            "  only: [status]\n  fields: [status]\n  metadataOnly: true",
            "metadataOnly",
        ),
        ("maxSize: 1000000", "maxSize: 0", "maxSize"),
        (
            "checkpoints: relay.redb",
            "checkpoints: c\nclusters: [{name: a}, {name: b}]",
            "{cluster}",
        ),
        ("checkpoints: relay.redb", "checkpoints: c\nclusters: [{name: a}, {name: a}]", "twice"),
        ("kind: cloudEvents", "kind: cloudEventsBinary", "headers"),
        ("checkpoints: relay.redb", "checkpoints: c\nreplicas: {shards: 2}", "one replica alone"),
        ("checkpoints: relay.redb", "checkpoints: c\nreplicas: {shards: 0}", "0 shards"),
        ("checkpoints: relay.redb", "checkpoints: c\nreplicas: {name: a}", "set `shards`"),
        (
            "checkpoints: relay.redb",
            "checkpoints: c\nreplicas: {shards: 2, shardsPerCluster: 2}",
            "either `shards` or",
        ),
        (
            "checkpoints: relay.redb",
            "checkpoints: {nats: {url: 'nats://a'}}\nreplicas: {shards: 2}",
            "only a part of it",
        ),
    ] {
        assert!(PIPELINE.contains(from), "{from}");
        let error = error(&PIPELINE.replace(from, to));
        assert!(error.contains(part), "{error}");
    }
    assert!(error("pipelines: []").contains("there are none"));
}

#[test]
fn the_manifests_have_a_configuration_that_is_right() {
    let config = Config::parse(include_str!("../../../../deploy/base/relay.yaml")).unwrap();
    assert_eq!(config.replicas.unwrap().shards, Some(8));
}

#[test]
fn managed_fields_are_relayed_to_postgresql() {
    let to = SinkConfig::from_url("postgres://relay@db/events").unwrap();
    let mut pipeline = PipelineConfig::new("a", vec!["pods".to_owned()], to);
    assert!(pipeline.has_managed_fields());
    pipeline.managed_fields = Some(false);
    assert!(!pipeline.has_managed_fields());
}

#[test]
fn kafka_needs_its_feature() {
    let text = "checkpoints: c\npipelines:\n- name: a\n  watch: [{resources: [pods]}]\n  to:\n    kafka:\n      \
                url: kafka://h\n      credentials: {mechanism: SCRAM-SHA-512, user: u, passwordFile: /p}\n      \
                tls: {}\n      compression: zstd\n      create: {partitions: 3, settings: {a.b: c}}\n";
    let to = Config::parse(text).map(|config| config.pipelines[0].to.to_string());
    if cfg!(feature = "kafka") {
        assert_eq!(to.unwrap(), "kafka://h:9092, topic k8s");
        assert!(error(&text.replace("tls: {}", "topic: '{name}'")).contains("to.kafka: `topic`"));
    } else {
        assert!(to.unwrap_err().to_string().contains("--features kafka"));
    }
    assert!(error(&text.replace("SCRAM-SHA-512", "GSSAPI")).contains("SCRAM-SHA-256"));
}
