//! What never leaves the cluster: the values of Secrets, and of fields that the user names.

pub(crate) use watch_recording::redact::Redactor;
