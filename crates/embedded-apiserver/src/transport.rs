//! HTTP/1.1 on a loopback socket: the listener, its connections, TLS, and the encoding of bodies.

mod gzip;
mod listener;
mod listener_handle;
mod tls;

pub(crate) use gzip::{Encoded, encode};
pub(crate) use listener::Listener;
pub(crate) use listener_handle::ListenerHandle;
pub(crate) use tls::Tls;
