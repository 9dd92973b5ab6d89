//! The watch protocol without I/O, tokio or kube-client, as a step towards a crate of its own.
//!
//! - `machine`: the state machine. It consumes responses and produces requests and deliveries.
//! - `request_builder`, `settings`, `options`: what is requested.
//! - `accept`, `encoding`: what responses are accepted, and whether they are compressed.
//! - `head`, `location`, `frame`, `envelope`, `list_body`, `scalar`, `field_head`, `api_status`, `response_start`:
//!   parsers of what a server sends, on each `wire` (JSON, protobuf). What follows them is the same for both.
//! - `raw_object`, `index`, `identity`, `uid`, `version`, `content`, `tombstone`: what was delivered, and how lists compare with it.
//! - `backoff`, `status`, `error`, `event`: waits, and what consumers see.

pub(crate) mod accept;
pub(crate) mod api_status;
pub(crate) mod backoff;
pub(crate) mod content;
pub(crate) mod encoding;
pub(crate) mod envelope;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod field_head;
pub(crate) mod frame;
pub(crate) mod head;
pub(crate) mod identity;
pub(crate) mod index;
pub(crate) mod list_body;
pub(crate) mod location;
pub(crate) mod machine;
pub(crate) mod options;
pub(crate) mod raw_object;
pub(crate) mod request_builder;
pub(crate) mod response_start;
pub(crate) mod scalar;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod tombstone;
pub(crate) mod uid;
pub(crate) mod version;
pub(crate) mod wire;
