//! Tests of the server over real HTTP: everything a client can observe.

mod apply;
mod catalog;
mod client;
mod compression;
mod crds;
mod creates;
mod deletes;
mod demo;
mod discovery;
mod faults;
mod finalizers;
mod kubectl;
mod lifecycle;
mod lists;
mod metadata;
mod protobuf;
mod protobuf_responses;
mod protobuf_watches;
mod replay;
mod scale;
mod shards;
mod tls;
mod watch_starts;
mod watches;
mod writes;
