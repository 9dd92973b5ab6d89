//! The whole, from the user's types to a server's bytes.

mod blocking;
mod credentials;
mod custom_resource;
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
mod refusals;
mod repair;
mod seed;
mod settings;
mod stopping;
