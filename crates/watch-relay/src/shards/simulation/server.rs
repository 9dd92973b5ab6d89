//! The Leases of a simulated API server, and what its watches have shown to whom.

use std::collections::BTreeMap;

use crate::shards::lease::Lease;
use crate::shards::request::{Failure, Outcome, Verb};

/// A change, as a watch shows it.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Put(Box<Lease>),
    Deleted { name: String, version: String },
}

#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) leases: BTreeMap<String, Lease>,
    pub(super) changes: Vec<Change>,
    version: u64,
}

impl Server {
    /// Carries out a request.
    pub(super) fn handle(&mut self, name: &str, verb: &Verb) -> Outcome {
        let stored = self.leases.get(name);
        match verb {
            Verb::Read => stored.cloned().map(Some).ok_or(Failure::Missing),
            Verb::Create(_) if stored.is_some() => Err(Failure::Conflict),
            Verb::Create(lease) => Ok(Some(self.put(lease.clone()))),
            Verb::Update(lease) => match stored {
                None => Err(Failure::Missing),
                Some(stored) if stored.version() != lease.version() => Err(Failure::Conflict),
                Some(_) => Ok(Some(self.put(lease.clone()))),
            },
            Verb::Delete(version) => match stored {
                None => Err(Failure::Missing),
                Some(stored) if stored.version() != version => Err(Failure::Conflict),
                Some(_) => {
                    self.delete(name);
                    Ok(None)
                }
            },
        }
    }

    pub(super) fn delete(&mut self, name: &str) {
        if self.leases.remove(name).is_some() {
            self.version += 1;
            let version = self.version.to_string();
            self.changes.push(Change::Deleted { name: name.to_owned(), version });
        }
    }

    fn put(&mut self, mut lease: Lease) -> Lease {
        self.version += 1;
        lease.metadata.resource_version = Some(self.version.to_string());
        self.leases.insert(lease.metadata.name.clone(), lease.clone());
        self.changes.push(Change::Put(lease.clone().into()));
        lease
    }
}
