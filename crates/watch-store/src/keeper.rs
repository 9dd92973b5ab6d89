//! What a store keeps of each object: the whole, its encoding, or a projection.

use std::marker::PhantomData;
use std::sync::Arc;

use watch_protocol::machine::Delivery;
use watchable_core::{ResourceInfo, WatchItem, json};

use crate::encoded::Encoded;
use crate::entry::Value;

/// Decides what is kept of objects. It runs user code: no lock is held meanwhile.
pub(crate) trait Keeper<V>: Send + Sync {
    /// Decodes an object that was received.
    fn keep(&self, delivery: &Delivery, resource: &ResourceInfo) -> Result<Kept<V>, json::Error>;

    /// Decodes an object that was kept encoded.
    fn open(&self, encoded: &Encoded, resource: &ResourceInfo) -> Option<Arc<V>>;
}

/// An object to keep.
pub(crate) struct Kept<V> {
    /// The object, for the functions of indexes.
    pub(crate) whole: Arc<V>,
    pub(crate) value: Value<V>,
}

impl<V> Kept<V> {
    fn whole(object: V) -> Self {
        let whole = Arc::new(object);
        let value = Value::Whole(Arc::clone(&whole));
        Self { whole, value }
    }
}

fn decode<T: WatchItem>(
    delivery: &Delivery,
    resource: &ResourceInfo,
    drops_managed_fields: bool,
) -> Result<T, json::Error> {
    let mut object: T = delivery.decode(drops_managed_fields)?;
    object.fill_type_meta(resource);
    Ok(object)
}

/// Keeps objects decoded.
pub(crate) struct Whole<T> {
    pub(crate) drops_managed_fields: bool,
    pub(crate) of: PhantomData<fn() -> T>,
}

impl<T: WatchItem + Sync> Keeper<T> for Whole<T> {
    fn keep(&self, delivery: &Delivery, resource: &ResourceInfo) -> Result<Kept<T>, json::Error> {
        decode(delivery, resource, self.drops_managed_fields).map(Kept::whole)
    }

    fn open(&self, encoded: &Encoded, resource: &ResourceInfo) -> Option<Arc<T>> {
        encoded.decode(resource).ok().map(Arc::new)
    }
}

/// Keeps objects encoded.
pub(crate) struct Compact<T> {
    pub(crate) drops_managed_fields: bool,
    pub(crate) of: PhantomData<fn() -> T>,
}

impl<T: WatchItem + Sync> Keeper<T> for Compact<T> {
    fn keep(&self, delivery: &Delivery, resource: &ResourceInfo) -> Result<Kept<T>, json::Error> {
        let kept = Kept::whole(decode(delivery, resource, self.drops_managed_fields)?);
        // What the watcher reads although it is not quite valid JSON is kept decoded.
        Ok(match Encoded::of(&delivery.object, self.drops_managed_fields) {
            Ok(encoded) => Kept { value: Value::Encoded(encoded), ..kept },
            Err(_) => kept,
        })
    }

    fn open(&self, encoded: &Encoded, resource: &ResourceInfo) -> Option<Arc<T>> {
        encoded.decode(resource).ok().map(Arc::new)
    }
}

/// Keeps what a function makes of objects.
pub(crate) struct Projected<T, F> {
    pub(crate) drops_managed_fields: bool,
    pub(crate) project: F,
    pub(crate) of: PhantomData<fn() -> T>,
}

impl<T, P, F> Keeper<P> for Projected<T, F>
where
    T: WatchItem,
    F: Fn(&T) -> P + Send + Sync,
{
    fn keep(&self, delivery: &Delivery, resource: &ResourceInfo) -> Result<Kept<P>, json::Error> {
        let object = decode(delivery, resource, self.drops_managed_fields)?;
        Ok(Kept::whole((self.project)(&object)))
    }

    /// Projections are not encoded.
    fn open(&self, _: &Encoded, _: &ResourceInfo) -> Option<Arc<P>> {
        None
    }
}
