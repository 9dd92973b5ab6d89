//! Reads a topic with kafka-python.

use std::collections::HashMap;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::support::engine;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kafka/read_topic.py");

/// All records of a topic, each partition's in order.
#[derive(Debug)]
pub(crate) struct Stored(pub(crate) Vec<Record>);

#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) partition: i32,
    /// Where Kafka's own producer would have put it.
    pub(crate) expected_partition: i32,
    pub(crate) time: i64,
    pub(crate) key: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) value: String,
}

/// Reads a topic from its beginning to its end.
pub(crate) fn stored(address: &str, topic: &str) -> Stored {
    stored_with(address, topic, &[])
}

/// Reads a topic likewise, with settings of kafka-python's consumer, such as `security_protocol=SSL`.
pub(crate) fn stored_with(address: &str, topic: &str, settings: &[&str]) -> Stored {
    let output = Command::new(engine::reader())
        .args([PROGRAM, address, topic])
        .args(settings)
        .output()
        .expect("the program exists");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let record = |line| serde_json::from_slice(line).expect("a record a line");
    Stored(lines.map(record).collect())
}

impl Record {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.value).expect("it is JSON")
    }

    pub(crate) fn id(&self) -> &str {
        &self.headers["id"]
    }
}

impl Stored {
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.0.iter().map(Record::id).collect()
    }

    /// Returns the versions of each object, in the order of its partition.
    pub(crate) fn versions(&self) -> HashMap<&str, Vec<usize>> {
        let mut partitions: HashMap<&str, i32> = HashMap::new();
        let mut versions: HashMap<&str, Vec<usize>> = HashMap::new();
        for record in &self.0 {
            let (object, version) = record.id().rsplit_once('/').expect("an id has a version");
            let partition = *partitions.entry(object).or_insert(record.partition);
            assert_eq!(partition, record.partition, "{object} is in two partitions");
            let version = version.parse().expect("a number");
            versions.entry(object).or_default().push(version);
        }
        versions
    }
}
