use watchables::rel_1_37::v1::Node;
use watchables::{Client, Meta, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Meta<Node>>::new(client).namespace("default");
}

fn main() {}
