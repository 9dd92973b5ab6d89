//! The running server and its builder: the composition of all layers below.

mod builder;
mod control;
mod embedded_server;
mod kubeconfig;
mod service;

pub use builder::Builder;
pub use embedded_server::EmbeddedServer;
