use watchables::rel_1_37::v1::Node;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Node>::new(client).namespace("x");
}

fn main() {}
