use k8s_openapi::api::autoscaling::v1::Scale;
use watchables::{Client, Kube, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Kube<Scale>>::new(client);
}

fn main() {}
