//! What messages look like.

use serde::Deserialize;

use crate::form::Form;

/// The form of messages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FormConfig {
    /// Which form: `wire` (the default), `cloudEvents` or `cloudEventsBinary`.
    #[serde(default)]
    pub kind: Form,
    /// Whether the object before is sent, too. It has to be kept for that, in memory and in the checkpoint.
    #[serde(default)]
    pub old_object: bool,
    /// Whether what changed is sent, too, in lines. The object before has to be kept for that.
    #[serde(default)]
    pub diff: bool,
}
