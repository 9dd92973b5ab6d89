//! Which form messages have.

use serde::Deserialize;

/// The form of messages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FormConfig {
    /// Which form.
    #[serde(default)]
    pub kind: FormKind,
    /// Whether the object before is sent, too. It has to be kept for that, in memory and in the checkpoint.
    #[serde(default)]
    pub old_object: bool,
    /// Whether what changed is sent, too, in lines. The object before has to be kept for that.
    #[serde(default)]
    pub diff: bool,
}

/// A form of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FormKind {
    /// A JSON object as `watchables watch -o json` prints it, with the event's id, time and cluster.
    #[default]
    Wire,
    /// CloudEvents 1.0, all in the body.
    CloudEvents,
    /// CloudEvents 1.0, the object in the body and the attributes in headers.
    CloudEventsBinary,
}
