use k8s_openapi::api::core::v1::Node;
use watchables::{Client, Kube, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Kube<Node>>::new(client).namespace("default");
}

fn main() {}
