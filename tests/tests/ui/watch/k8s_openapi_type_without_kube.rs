use k8s_openapi::api::core::v1::Pod;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Pod>::new(client);
}

fn main() {}
