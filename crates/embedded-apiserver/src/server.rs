//! The server as its owner builds and holds it: everything below, put together.

mod builder;
mod control;
mod embedded_server;
mod kubeconfig;
mod service;

pub use builder::Builder;
pub use embedded_server::EmbeddedServer;
