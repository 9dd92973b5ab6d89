//! The handle that puts in what happened.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use watchable_core::{CatalogEntry, ResourceInfo};

use super::error::ReplayError;
use crate::registry::{Registry, Served};
use crate::storage::{Key, Limits, Object, Outcome};
use crate::store::Store;

/// The objects of an [`EmbeddedServer`](crate::EmbeddedServer) that shows what happened on another server.
///
/// Objects are put in as they were there, with their uid, resource version and all other metadata, and clients
/// see them so: nothing is validated, defaulted or deleted in cascade. Clients cannot write; they get 405.
///
/// Each resource has a version of its own, that of the last change or of [`advance`](Self::advance), and its
/// lists have this version. So a watch from the version of a list sees every later change of the resource,
/// no matter how far other resources are. Changes of a resource are to be put in by increasing version; one
/// that comes too late ends the resource's watches with 410, so that clients list it again.
///
/// It is cheap to clone, and clones are of the same server.
#[derive(Clone, Debug)]
pub struct Replay {
    store: Store,
}

/// What a change does to the watches of its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// They get an event.
    Delivered,
    /// Nothing: the object was already as the change leaves it.
    Unchanged,
    /// They end with 410: they have seen a later version, in which the change was missing.
    Expired,
}

impl Replay {
    /// Returns a replay of these resources, which are empty and at version 1. The server has no others.
    ///
    /// Short names, and the columns that Kubernetes prints, are those of resources in the catalog. Others
    /// have the columns `NAME` and `AGE`. Of several equal resources, the first counts.
    pub fn new(
        catalog: impl Into<Cow<'static, [CatalogEntry]>>,
        resources: impl IntoIterator<Item = ResourceInfo>,
    ) -> Self {
        let registry = Registry::for_replay(&catalog.into(), resources);
        // Those of the server's builder replace them.
        let limits = Limits { events: usize::MAX, bytes: usize::MAX };
        Self { store: Store::for_replay(registry, limits) }
    }

    /// Sets all objects of a resource, each in JSON, and its version. Earlier versions expire: watches from
    /// them get 410, and so do those that are open.
    ///
    /// # Errors
    ///
    /// The resource is unknown, or an object is malformed, has no name or namespace, or has a resource version
    /// that is not a number. Then nothing has changed.
    pub fn restore(
        &self,
        resource: &ResourceInfo,
        objects: impl IntoIterator<Item = Bytes>,
        version: u64,
    ) -> Result<(), ReplayError> {
        let served = self.served(resource)?;
        let objects = objects.into_iter().map(|object| read(&served, &object));
        let objects = objects.collect::<Result<_, _>>()?;
        self.store.write(|state| state.restore(served.collection, objects, version));
        Ok(())
    }

    /// Creates or replaces an object, at the version that its JSON has.
    ///
    /// # Errors
    ///
    /// As of [`restore`](Self::restore).
    pub fn put(&self, resource: &ResourceInfo, object: &Bytes) -> Result<Applied, ReplayError> {
        let served = self.served(resource)?;
        let object = read(&served, object)?;
        Ok(self.store.write(|state| state.record(served.collection, object)).into())
    }

    /// Deletes an object. Clients get the last state as it is here, at the version that its JSON has.
    ///
    /// # Errors
    ///
    /// As of [`restore`](Self::restore).
    pub fn delete(
        &self,
        resource: &ResourceInfo,
        last_state: &Bytes,
    ) -> Result<Applied, ReplayError> {
        let served = self.served(resource)?;
        let object = read(&served, last_state)?;
        Ok(self.store.write(|state| state.record_deletion(served.collection, object)).into())
    }

    /// Deletes an object whose last state was not seen. Clients get the state before, at this version.
    ///
    /// # Errors
    ///
    /// The resource is unknown.
    pub fn delete_named(
        &self,
        resource: &ResourceInfo,
        namespace: Option<&str>,
        name: &str,
        version: u64,
    ) -> Result<Applied, ReplayError> {
        let served = self.served(resource)?;
        let key = Key::new(namespace.filter(|_| served.is_namespaced()), name);
        let collection = served.collection;
        let deleted = self.store.write(|state| state.record_deletion_of(collection, &key, version));
        Ok(deleted.into())
    }

    /// Lets a resource go on to a version without a change; never back. Lists and bookmarks have it.
    ///
    /// # Errors
    ///
    /// The resource is unknown.
    pub fn advance(&self, resource: &ResourceInfo, version: u64) -> Result<(), ReplayError> {
        let served = self.served(resource)?;
        self.store.write(|state| state.advance(served.collection, version));
        Ok(())
    }

    /// Sets the version of a resource back, as of a server that was restored from a backup. Its watches end
    /// with 410. Its objects stay, until changes are put in.
    ///
    /// # Errors
    ///
    /// The resource is unknown.
    pub fn rewind(&self, resource: &ResourceInfo, version: u64) -> Result<(), ReplayError> {
        let served = self.served(resource)?;
        self.store.write(|state| state.rewind(served.collection, version));
        Ok(())
    }

    /// Returns the version of a resource.
    ///
    /// # Errors
    ///
    /// The resource is unknown.
    pub fn version(&self, resource: &ResourceInfo) -> Result<u64, ReplayError> {
        let served = self.served(resource)?;
        Ok(self.store.now(&served).revision)
    }

    /// Sets the time at which the server is, by which tables tell ages. Until then it is the present.
    pub fn set_time(&self, time: Timestamp) {
        self.store.registry().clock().set(time);
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    fn served(&self, resource: &ResourceInfo) -> Result<Arc<Served>, ReplayError> {
        let registry = self.store.registry();
        let served = registry.by_path(&resource.api_version(), resource.plural());
        served.cloned().ok_or_else(|| ReplayError::unknown_resource(resource))
    }
}

fn read(served: &Served, object: &Bytes) -> Result<Object, ReplayError> {
    Object::verbatim(object, served.is_namespaced())
        .map_err(|error| ReplayError::object(served.resource(), error))
}

impl From<Outcome> for Applied {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Delivered => Self::Delivered,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Expired => Self::Expired,
        }
    }
}
