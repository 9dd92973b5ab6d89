//! An instance among the statuses.

use std::sync::Arc;

use crate::part::Part;
use crate::status::{InstanceStatus, Statuses};
use crate::tenure::Tenure;

/// An instance among the statuses, from which it is taken when this is dropped.
pub(crate) struct Listed {
    pub(crate) name: Arc<str>,
    pub(crate) status: Arc<InstanceStatus>,
    statuses: Statuses,
    /// Whether it stays there.
    pub(crate) is_kept: bool,
}

impl Listed {
    pub(crate) fn new(statuses: &Statuses, part: &Part, tenure: Option<&Tenure>) -> Self {
        let name: Arc<str> = match tenure {
            Some(tenure) => format!("{}/{tenure}", part.name).into(),
            None => Arc::clone(&part.name),
        };
        let status = statuses.of(&name, part.labels());
        Self { name, status, statuses: statuses.clone(), is_kept: false }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if !self.is_kept {
            self.statuses.remove(&self.name);
        }
    }
}
