//! A store of the user's, which writes what the sink wrote in the same transaction.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use watch_durable::{Batch, CheckpointStore, DurableExt as _, Row, StoreError};

use crate::support::{World, next};

const MINE: TableDefinition<'_, u64, &str> = TableDefinition::new("mine");
const ROWS: TableDefinition<'_, (&str, &[u8]), &[u8]> = TableDefinition::new("rows");

/// A database with a table of the program's own.
#[derive(Clone)]
struct MyDatabase {
    database: Arc<Database>,
    /// Lines to be written with the next commit.
    lines: Arc<Mutex<Vec<String>>>,
    /// Whether transactions fail before they are committed.
    fails: Arc<Mutex<bool>>,
}

fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::new("my database").with_source(error.into())
}

impl MyDatabase {
    fn write(&self, batches: &[Batch]) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(failed)?;
        {
            let mut mine = write.open_table(MINE).map_err(failed)?;
            let mut rows = write.open_table(ROWS).map_err(failed)?;
            let mut number = mine.last().map_err(failed)?.map_or(0, |(number, _)| number.value());
            for line in self.lines.lock().expect("not poisoned").iter() {
                number += 1;
                mine.insert(number, line.as_str()).map_err(failed)?;
            }
            for Batch { stream, puts, removals } in batches {
                for key in removals {
                    rows.remove((stream.as_str(), key.as_slice())).map_err(failed)?;
                }
                for Row { key, value } in puts {
                    let key = (stream.as_str(), key.as_slice());
                    rows.insert(key, value.as_slice()).map_err(failed)?;
                }
            }
        }
        if *self.fails.lock().expect("not poisoned") {
            return Err(StoreError::new("my database is down"));
        }
        write.commit().map_err(failed)?;
        self.lines.lock().expect("not poisoned").clear();
        Ok(())
    }

    fn read(&self, stream: &str) -> Result<Vec<Row>, StoreError> {
        let read = self.database.begin_read().map_err(failed)?;
        let Ok(rows) = read.open_table(ROWS) else { return Ok(Vec::new()) };
        let rows = rows.iter().map_err(failed)?.map(|row| {
            let (key, value) = row.map_err(failed)?;
            let (of, key) = key.value();
            Ok((of == stream).then(|| Row { key: key.to_vec(), value: value.value().to_vec() }))
        });
        rows.filter_map(Result::transpose).collect()
    }

    fn mine(&self) -> Vec<String> {
        let read = self.database.begin_read().expect("a transaction");
        let mine = read.open_table(MINE).expect("the table");
        mine.iter().expect("rows").map(|row| row.expect("a row").1.value().to_owned()).collect()
    }
}

impl CheckpointStore for MyDatabase {
    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        async move { self.read(stream) }.boxed()
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        async move { self.write(&batches) }.boxed()
    }
}

#[tokio::test]
async fn own_rows_and_checkpoint_are_written_in_one_transaction() {
    let world = World::new().await;
    let backend = redb::backends::InMemoryBackend::new();
    let database = Database::builder().create_with_backend(backend).expect("it is created");
    let store =
        MyDatabase { database: Arc::new(database), lines: Arc::default(), fails: Arc::default() };
    let sink = |line: String| store.lines.lock().expect("not poisoned").push(line);
    let mut events = world.maps().durable(&store, "maps").expect("nothing is claimed");
    for name in ["a", "b"] {
        world.create(name);
        sink(crate::support::line(&next(&mut events).await));
    }
    events.commit().await.expect("it is committed");
    world.delete("a");
    sink(crate::support::line(&next(&mut events).await));
    *store.fails.lock().expect("not poisoned") = true;
    let error = events.commit().await.expect_err("the transaction fails");
    assert!(error.is_commit());
    // The process is killed, and with it what it had in memory.
    drop(events);
    store.lines.lock().expect("not poisoned").clear();
    *store.fails.lock().expect("not poisoned") = false;

    let mut events = world.maps().durable(&store, "maps").expect("nothing is claimed");
    sink(crate::support::line(&next(&mut events).await));
    events.commit().await.expect("it is committed");
    assert_eq!(store.mine(), ["ADDED Initial a", "ADDED Live b", "DELETED Live a"]);
}

/// A store that takes its time, and notes how many rows of objects each commit puts.
#[derive(Clone, Default)]
struct SlowStore(Arc<Mutex<Vec<usize>>>);

impl CheckpointStore for SlowStore {
    fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn commit(&self, batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let puts = batches.iter().flat_map(|batch| &batch.puts);
            let objects = puts.filter(|row| row.key.starts_with(b"o")).count();
            self.0.lock().expect("not poisoned").push(objects);
            Ok(())
        }
        .boxed()
    }
}

#[tokio::test]
async fn commit_that_is_dropped_is_done_before_the_next_one() {
    let world = World::new().await;
    let store = SlowStore::default();
    let mut events = world.maps().durable(&store, "maps").expect("nothing is claimed");
    for name in ["a", "b"] {
        world.create(name);
        next(&mut events).await;
    }
    let dropped = tokio::time::timeout(Duration::from_millis(1), events.commit()).await;
    dropped.expect_err("it takes longer");
    world.create("c");
    next(&mut events).await;
    events.commit().await.expect("it is committed");
    let objects = store.0.lock().expect("not poisoned").clone();
    let committed: Vec<_> = objects.into_iter().filter(|objects| *objects > 0).collect();
    assert_eq!(committed, [2, 1], "one after the other, and nothing twice");
}
