//! kube's types and streams: what joins this crate to kube-runtime and to kube's own types.

pub(crate) mod kube;
#[cfg(feature = "kube-runtime")]
pub(crate) mod kube_events;
