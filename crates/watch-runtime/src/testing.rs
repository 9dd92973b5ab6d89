//! Support for our own tests. Not part of the API.

pub(crate) mod log_capture;
pub(crate) mod scripted_server;
