//! What the sinks have, as a consumer reads it.

use async_nats::jetstream;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use engines::postgres;
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::Value;

/// The annotation in which the writer puts a number of its own for each change.
pub(crate) const NUMBER: &str = "chaos/change";

/// A stored event.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) uid: String,
    pub(crate) version: u64,
    pub(crate) is_deletion: bool,
    /// `ADDED`, `MODIFIED` or `DELETED`.
    pub(crate) etype: String,
    pub(crate) is_repair: bool,
    /// When the relay received it.
    pub(crate) time: Timestamp,
    /// What the writer wrote into it; a deletion that a comparison found has none.
    pub(crate) number: Option<u64>,
}

/// Reads the number that the writer wrote into an object.
pub(crate) fn number(object: &Value) -> Option<u64> {
    object["metadata"]["annotations"][NUMBER].as_str()?.parse().ok()
}

/// Reads an event in the wire form.
pub(crate) fn read(text: &[u8]) -> Result<Stored, String> {
    let wrong = || format!("not an event: {}", String::from_utf8_lossy(text));
    let event: Value = serde_json::from_slice(text).map_err(|_| wrong())?;
    let (uid, version, is_deletion) = event["id"].as_str().and_then(read_id).ok_or_else(wrong)?;
    let object = &event["object"];
    if object["metadata"]["uid"].as_str() != Some(uid.as_str()) {
        return Err(format!("the id is not that of the object: {event}"));
    }
    Ok(Stored {
        uid,
        version,
        is_deletion,
        etype: event["type"].as_str().ok_or_else(wrong)?.to_owned(),
        is_repair: event["origin"] == "repair",
        time: event["time"].as_str().and_then(|time| time.parse().ok()).ok_or_else(wrong)?,
        number: number(object),
    })
}

/// Reads `CLUSTER/UID/VERSION`, with `/deleted` at the end of a deletion.
fn read_id(id: &str) -> Option<(String, u64, bool)> {
    let mut parts = id.split('/').skip(1);
    let (uid, version) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    Some((uid, version, parts.next() == Some("deleted")))
}

/// Reads lines, as far as they are whole.
pub(crate) fn lines(text: &[u8]) -> Result<Vec<Stored>, String> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = text[..whole].split(|byte| *byte == b'\n');
    lines.filter(|line| !line.is_empty()).map(read).collect()
}

/// Reads a stream of JetStream further, from where it was read to last.
pub(crate) struct JetStream {
    url: String,
    next: u64,
    pub(crate) events: Vec<Stored>,
}

impl JetStream {
    pub(crate) fn new(url: String) -> Self {
        Self { url, next: 1, events: Vec::new() }
    }

    pub(crate) async fn read_on(&mut self) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("reading JetStream: {error}");
        let client = async_nats::connect(&self.url).await.map_err(|error| failed(&error))?;
        let stream =
            jetstream::new(client).get_stream("k8s").await.map_err(|error| failed(&error))?;
        let from = DeliverPolicy::ByStartSequence { start_sequence: self.next };
        let config = OrderedConfig { deliver_policy: from, ..OrderedConfig::default() };
        let consumer = stream.create_consumer(config).await.map_err(|error| failed(&error))?;
        let mut left = consumer.cached_info().num_pending;
        let mut messages = consumer.messages().await.map_err(|error| failed(&error))?;
        while left > 0 {
            let message = messages.next().await.ok_or("JetStream's consumer has ended")?;
            let message = message.map_err(|error| failed(&error))?;
            let info = message.info().map_err(|error| failed(&error))?;
            left = info.pending;
            self.next = info.stream_sequence + 1;
            let stored = read(&message.payload)?;
            let headers = message.headers.as_ref();
            let id = headers.and_then(|headers| headers.get("Nats-Msg-Id"));
            let id = id.and_then(|id| read_id(id.as_str()));
            if id != Some((stored.uid.clone(), stored.version, stored.is_deletion)) {
                return Err(format!("{stored:?} has the message id {id:?}"));
            }
            self.events.push(stored);
        }
        Ok(())
    }
}

/// Reads all changes in PostgreSQL, in the order in which they were stored.
pub(crate) async fn changes(server: &postgres::Server) -> Result<Vec<Stored>, String> {
    let query = format!(
        "SELECT id, type, repaired, time, object #>> '{{metadata,annotations,{NUMBER}}}'
        FROM watchables.changes ORDER BY seq"
    );
    let rows = server.client().await.query(&query, &[]).await;
    let rows = rows.map_err(|error| format!("reading PostgreSQL: {error}"))?;
    let read = |row: &tokio_postgres::Row| {
        let id: String = row.get(0);
        let (uid, version, is_deletion) = read_id(&id).ok_or_else(|| format!("not an id: {id}"))?;
        Ok(Stored {
            uid,
            version,
            is_deletion,
            etype: row.get(1),
            is_repair: row.get(2),
            time: row.get(3),
            number: row.get::<_, Option<String>>(4).and_then(|number| number.parse().ok()),
        })
    };
    rows.iter().map(read).collect()
}

/// Reads the table of objects that exist: resource and name, uid and version.
pub(crate) async fn present(
    server: &postgres::Server,
) -> Result<std::collections::BTreeMap<(String, String), (String, u64)>, String> {
    let query = "SELECT resource, name, uid, resource_version FROM watchables.objects";
    let rows = server.client().await.query(query, &[]).await;
    let rows = rows.map_err(|error| format!("reading PostgreSQL: {error}"))?;
    let read = |row: &tokio_postgres::Row| {
        let version: String = row.get(3);
        let version = version.parse().map_err(|_| format!("not a version: {version}"))?;
        Ok(((row.get(0), row.get(1)), (row.get(2), version)))
    };
    rows.iter().map(read).collect()
}
