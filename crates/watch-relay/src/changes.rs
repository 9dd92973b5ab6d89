//! What a reload has changed.

use std::fmt;
use std::sync::Arc;

use crate::plan::Plan;

/// What a reload has changed: names of pipelines, each with its cluster if that has a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Those that are new.
    pub added: Vec<String>,
    /// Those that are drained, and begin anew from their checkpoints.
    pub changed: Vec<String>,
    /// Those that are drained, and end.
    pub removed: Vec<String>,
    /// Those that go on.
    pub unchanged: Vec<String>,
    /// Keys whose new values take effect with the next start.
    pub need_restart: Vec<&'static str>,
}

impl Changes {
    pub(crate) fn between(before: &Plan, after: &Plan) -> Self {
        let mut changes = Self::default();
        for part in &after.parts {
            let of_it = match before.part(&part.name) {
                None => &mut changes.added,
                Some(other) if Arc::ptr_eq(part, other) => &mut changes.unchanged,
                Some(_) => &mut changes.changed,
            };
            of_it.push(part.name.to_string());
        }
        let gone = before.parts.iter().filter(|part| after.part(&part.name).is_none());
        changes.removed = gone.map(|part| part.name.to_string()).collect();
        changes
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [("new", &self.added), ("changed", &self.changed), ("removed", &self.removed)];
        for (what, names) in named {
            if !names.is_empty() {
                write!(f, "{what}: {}; ", names.join(", "))?;
            }
        }
        write!(f, "unchanged pipelines: {}", self.unchanged.len())
    }
}
