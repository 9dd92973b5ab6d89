//! Stores messages within a transaction: those whose data is at fault are refused, the others stored.

use std::collections::{HashMap, HashSet};

use tokio_postgres::Error;

use super::columns::{Columns, Row};
use super::connection::Connection;
use super::failure;
use crate::message::Message;

/// How many messages, and how many bytes of JSON, one statement stores at most. The server keeps them in memory
/// (`work_mem` is set accordingly).
const ROWS: usize = 1_000;
const BYTES: usize = 8 << 20;

/// What became of messages, by their places.
#[derive(Default)]
pub(super) struct Written {
    pub(super) stored: Vec<usize>,
    pub(super) refused: Vec<(usize, String)>,
}

/// Stores messages in order.
///
/// # Errors
///
/// Fails if the server does. Then the transaction has failed.
pub(super) async fn write(
    connection: &Connection,
    messages: impl Iterator<Item = (usize, &Message)>,
) -> Result<Written, Error> {
    let mut written = Written::default();
    let mut rows = Vec::new();
    for (at, message) in messages {
        match Row::new(at, message) {
            Some(row) => rows.push(row),
            None => written.refused.push((at, "the object is not UTF-8".to_owned())),
        }
    }
    let mut rest = rows.as_slice();
    while !rest.is_empty() {
        let (chunk, others) = rest.split_at(chunk_length(rest));
        write_chunk(connection, chunk, &mut written).await?;
        rest = others;
    }
    Ok(written)
}

fn chunk_length(rows: &[Row<'_>]) -> usize {
    let mut bytes = 0;
    let fits = rows.iter().take(ROWS).take_while(|row| {
        bytes += row.len();
        bytes <= BYTES
    });
    fits.count().max(1)
}

/// Stores rows by one statement. If that fails for their data, by two, with half of the rows each, and so on.
async fn write_chunk(
    connection: &Connection,
    rows: &[Row<'_>],
    written: &mut Written,
) -> Result<(), Error> {
    let mut fresh = HashSet::new();
    let mut stack = vec![rows];
    while let Some(rows) = stack.pop() {
        match insert(connection, rows).await? {
            Ok(ids) => {
                written.stored.extend(rows.iter().map(|row| row.at));
                fresh.extend(ids);
            }
            Err(error) => match rows {
                [row] => written.refused.push((row.at, failure::reason(&error))),
                rows => {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    stack.extend([second, first]);
                }
            },
        }
    }
    show(connection, rows, &fresh).await
}

/// Inserts changes, and returns the ids of those that were not there; or the error, if the data is at fault.
async fn insert(
    connection: &Connection,
    rows: &[Row<'_>],
) -> Result<Result<Vec<String>, Error>, Error> {
    let client = &connection.client;
    let columns = Columns::new(rows);
    let parameters = columns.parameters();
    // Sent one after the other, without waiting in between.
    let savepoint = client.batch_execute("SAVEPOINT m");
    let inserted = client.query(&connection.statements.insert_changes, &parameters);
    match futures::try_join!(savepoint, inserted) {
        Ok(((), ids)) => {
            client.batch_execute("RELEASE m").await?;
            Ok(Ok(ids.iter().map(|row| row.get(0)).collect()))
        }
        Err(error) if failure::is_of_data(&error) => {
            client.batch_execute("ROLLBACK TO m; RELEASE m").await?;
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}

/// Brings the present state to the last of each object's new changes.
async fn show(
    connection: &Connection,
    rows: &[Row<'_>],
    fresh: &HashSet<String>,
) -> Result<(), Error> {
    let (mut gone, mut there) = (Vec::new(), HashMap::<_, &Message>::new());
    for Row { message, .. } in rows.iter().filter(|row| fresh.contains(&*row.message.id)) {
        let key = (&message.cluster, &message.resource, &message.namespace, &message.name);
        if message.is_deletion() {
            gone.push(*message);
            // A comparison finds the deletion of an object after the one that was created again under its name.
            if there.get(&key).is_some_and(|other| other.uid == message.uid) {
                there.remove(&key);
            }
        } else {
            there.insert(key, *message);
        }
    }
    let there: Vec<_> = there.into_values().collect();
    let (client, statements) = (&connection.client, &connection.statements);
    for (messages, statement) in
        [(gone, &statements.remove_objects), (there, &statements.put_objects)]
    {
        if !messages.is_empty() {
            let ids: Vec<&str> = messages.iter().map(|message| &*message.id).collect();
            client.execute(statement, &[&ids]).await?;
        }
    }
    Ok(())
}
