//! The statuses of the instances that there are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{InstanceStatus, InstanceSummary};

/// The statuses of the instances that there are, in the order in which they began first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statuses(Arc<Mutex<Vec<Named>>>);

#[derive(Debug)]
struct Named {
    name: Arc<str>,
    status: Arc<InstanceStatus>,
}

impl Statuses {
    /// Returns the status of an instance, a new one if there is none.
    pub(crate) fn of(&self, name: &Arc<str>) -> Arc<InstanceStatus> {
        let mut all = self.lock();
        if let Some(named) = all.iter().find(|named| named.name == *name) {
            return Arc::clone(&named.status);
        }
        let status = Arc::default();
        all.push(Named { name: Arc::clone(name), status: Arc::clone(&status) });
        status
    }

    /// Another replica has this instance now.
    pub(crate) fn remove(&self, name: &str) {
        self.lock().retain(|named| *named.name != *name);
    }

    pub(crate) fn summaries(&self) -> Vec<InstanceSummary> {
        self.lock().iter().map(|named| named.status.summary(&named.name)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Named>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
