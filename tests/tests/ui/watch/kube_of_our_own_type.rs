use watchables::rel_1_37::v1::Pod;
use watchables::{Client, Kube, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Kube<Pod>>::new(client);
}

fn main() {}
