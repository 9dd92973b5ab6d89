//! The end-to-end tests that watch the embedded server, in JSON: by default, they negotiate protobuf.

#[path = "../end_to_end/custom_resource.rs"]
mod custom_resource;
#[path = "../end_to_end/dynamic.rs"]
mod dynamic;
#[path = "../end_to_end/errors.rs"]
mod errors;
#[path = "../end_to_end/managed.rs"]
mod managed;
#[path = "../end_to_end/metadata.rs"]
mod metadata;
#[path = "../end_to_end/multiplexing.rs"]
mod multiplexing;
#[path = "../end_to_end/multiplexing_errors.rs"]
mod multiplexing_errors;
#[path = "../end_to_end/repair.rs"]
mod repair;
#[path = "../end_to_end/settings.rs"]
mod settings;
#[path = "../end_to_end/stopping.rs"]
mod stopping;
#[path = "../end_to_end/unmanaged.rs"]
mod unmanaged;

/// The helpers of the tests, with a client that accepts no protobuf.
mod support {
    use embedded_apiserver::EmbeddedServer;
    use watchables::Client;
    pub(crate) use watchables_tests::*;

    pub(crate) fn client(server: &EmbeddedServer) -> Client {
        json_client(server)
    }
}
