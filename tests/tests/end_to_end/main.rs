//! End-to-end tests, from the user's types to the bytes of a server.

mod blocking;
mod compression;
mod credentials;
mod custom_resource;
mod durable_blocking;
mod dynamic;
mod errors;
mod kube_rs;
mod managed;
mod metadata;
mod multiplexing;
mod multiplexing_blocking;
mod multiplexing_errors;
mod readme;
mod recorded;
mod repair;
mod retry_after;
mod settings;
mod stopping;
mod store;
mod store_histories;
mod store_kube;
mod store_sources;
mod table_rows;
mod unmanaged;
mod wires;

/// The helpers of the tests. `end_to_end_json` has another client.
use watchables_tests as support;
