//! Changes of checkpoints, as they are written.

use std::collections::BTreeMap;

use tokio_postgres::Error;
use watch_durable as durable;

use super::connection::Connection;

/// Changes of rows, the last of each key.
pub(super) struct Rows(BTreeMap<(String, Vec<u8>), Option<Vec<u8>>>);

impl Rows {
    pub(super) fn new(batches: Vec<durable::Batch>) -> Self {
        let mut rows = BTreeMap::new();
        for durable::Batch { stream, puts, removals } in batches {
            rows.extend(removals.into_iter().map(|key| ((stream.clone(), key), None)));
            let puts = puts.into_iter();
            rows.extend(puts.map(|row| ((stream.clone(), row.key), Some(row.value))));
        }
        Self(rows)
    }

    /// Writes them in the present transaction.
    pub(super) async fn store(&self, connection: &Connection) -> Result<(), Error> {
        let (client, statements) = (&connection.client, &connection.statements);
        let (mut streams, mut keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (mut gone_streams, mut gone_keys) = (Vec::new(), Vec::new());
        for ((stream, key), value) in &self.0 {
            if let Some(value) = value {
                streams.push(stream);
                keys.push(key);
                values.push(value);
            } else {
                gone_streams.push(stream);
                gone_keys.push(key);
            }
        }
        if !gone_keys.is_empty() {
            client.execute(&statements.remove_rows, &[&gone_streams, &gone_keys]).await?;
        }
        if !keys.is_empty() {
            client.execute(&statements.put_rows, &[&streams, &keys, &values]).await?;
        }
        Ok(())
    }
}
