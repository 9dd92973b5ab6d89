//! The arguments with expressions of CEL.

use clap::Parser;

/// The arguments with expressions on `object`, `oldObject` and `type`.
#[derive(Debug, Parser)]
pub(crate) struct ExpressionArgs {
    /// Only print events for which this CEL expression is true, such as "object.spec.replicas > 3" or
    /// "type == 'DELETED' || has(object.status.reason)". `oldObject` is the object before the event, or null. An event for
    /// which it cannot be evaluated, as when a field is absent, is left out
    #[arg(long = "where", value_name = "CEL")]
    pub(crate) chosen: Option<String>,

    /// Exit with code 0 after the first printed event for which this CEL expression is true; with code 1 if the watch
    /// ends before: by --for, --count or Ctrl-C
    #[arg(long, value_name = "CEL")]
    pub(crate) until: Option<String>,
}

impl ExpressionArgs {
    /// Whether there is one.
    pub(crate) fn are_given(&self) -> bool {
        self.chosen.is_some() || self.until.is_some()
    }
}
