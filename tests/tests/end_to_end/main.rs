//! The whole, from the user's types to a server's bytes.

mod blocking;
mod custom_resource;
mod errors;
mod managed;
mod multiplexing;
mod multiplexing_errors;
mod readme;
mod recorded;
mod repair;
mod seed;
mod settings;
mod stopping;
