//! The sink `http` with a scripted server.

mod batches;
mod failures;
mod order;
mod secrets;
mod server;
mod support;
mod tls;
