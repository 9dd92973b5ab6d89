//! Interoperability with kube-rs: its object types, and event streams for kube-runtime.

pub(crate) mod kube;
#[cfg(feature = "kube-runtime")]
pub(crate) mod kube_events;
