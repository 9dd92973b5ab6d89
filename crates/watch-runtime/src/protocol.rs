//! The watch protocol, without I/O: what is sent, what comes, and what follows from it.

pub(crate) mod api_status;
pub(crate) mod backoff;
pub(crate) mod envelope;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod frame;
pub(crate) mod head;
pub(crate) mod identity;
pub(crate) mod index;
pub(crate) mod list_body;
pub(crate) mod machine;
pub(crate) mod options;
pub(crate) mod request_builder;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod tombstone;
pub(crate) mod uid;
pub(crate) mod version;
