use watchables::rel_1_37::v1::Pod;
use watchables::{Client, ResourceInfo, Watcher};

fn watch(client: Client, resource: ResourceInfo) {
    let _ = Watcher::<Pod>::for_resource(client, resource);
}

fn main() {}
