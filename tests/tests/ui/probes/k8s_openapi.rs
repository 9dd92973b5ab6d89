//! Compiles only with the `k8s_openapi` that `watchables` was built with.

use k8s_openapi::api::core::v1::Node;
use watchables::{Client, Kube, Watcher};

fn watch(client: Client) -> Watcher<Kube<Node>> {
    Watcher::new(client)
}

fn main() {}
