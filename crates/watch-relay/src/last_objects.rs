//! The objects as they were relayed last, which the next version of each is compared with.
//!
//! They are kept in the checkpoint, too, so that the comparison goes on after a restart.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use watch_durable::{Batch, CheckpointStore, Claim, Row, StoreError};

/// The first byte of the keys of a program's own rows.
const USER_ROW: u8 = b'u';

/// The stream, and what names the object in it.
type Key = (Arc<str>, Vec<u8>);

/// The last version of each object, of all streams of a pipeline.
#[derive(Clone, Default)]
pub(crate) struct LastObjects(Arc<Mutex<Objects>>);

#[derive(Default)]
struct Objects {
    objects: HashMap<Key, Bytes>,
    /// What differs from the checkpoint; `None` if the object does not exist any more.
    changed: HashMap<Key, Option<Bytes>>,
}

impl LastObjects {
    fn lock(&self) -> MutexGuard<'_, Objects> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an object in the place of its last version, which it returns. `None` removes it.
    pub(crate) fn replace(
        &self,
        stream: &Arc<str>,
        [namespace, name, uid]: [&str; 3],
        object: Option<Bytes>,
    ) -> Option<Bytes> {
        let mut key = vec![USER_ROW];
        for part in [namespace, name, uid] {
            // No name has a byte 0.
            key.extend_from_slice(part.as_bytes());
            key.push(0);
        }
        let key = (Arc::clone(stream), key);
        let mut objects = self.lock();
        objects.changed.insert(key.clone(), object.clone());
        match object {
            Some(object) => objects.objects.insert(key, object),
            None => objects.objects.remove(&key),
        }
    }

    /// Returns a store of checkpoints that keeps the objects in another one. Each commit writes what has changed since
    /// the last, so it must be one of everything that was replaced.
    pub(crate) fn kept_in(&self, store: Arc<dyn CheckpointStore>) -> WithObjects {
        WithObjects { store, last: self.clone() }
    }
}

/// A store of checkpoints that keeps the objects, too.
#[derive(Clone)]
pub(crate) struct WithObjects {
    store: Arc<dyn CheckpointStore>,
    last: LastObjects,
}

impl CheckpointStore for WithObjects {
    fn claim(&self, stream: &str) -> Result<Claim, StoreError> {
        self.store.claim(stream)
    }

    fn load<'a>(&'a self, stream: &'a str) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        async move {
            let rows = self.store.load(stream).await?;
            let is_object = |row: &Row| row.key.first() == Some(&USER_ROW);
            let (objects, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_object);
            let stream: Arc<str> = stream.into();
            let mut last = self.last.lock();
            for Row { key, value } in objects {
                last.objects.insert((Arc::clone(&stream), key), value.into());
            }
            Ok(rows)
        }
        .boxed()
    }

    fn commit(&self, mut batches: Vec<Batch>) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            let changed = std::mem::take(&mut self.last.lock().changed);
            for ((stream, key), object) in &changed {
                let at = batches.iter().position(|batch| *batch.stream == **stream);
                let at = at.unwrap_or_else(|| {
                    batches.push(Batch { stream: stream.to_string(), ..Batch::default() });
                    batches.len() - 1
                });
                let batch = &mut batches[at];
                match object {
                    Some(value) => batch.puts.push(Row { key: key.clone(), value: value.to_vec() }),
                    None => batch.removals.push(key.clone()),
                }
            }
            let result = self.store.commit(batches).await;
            if result.is_err() {
                // What changed meanwhile is newer.
                let mut last = self.last.lock();
                for (key, object) in changed {
                    last.changed.entry(key).or_insert(object);
                }
            }
            result
        }
        .boxed()
    }
}

impl fmt::Debug for LastObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects = self.lock();
        f.debug_struct("LastObjects")
            .field("objects", &objects.objects.len())
            .field("changed", &objects.changed.len())
            .finish()
    }
}
