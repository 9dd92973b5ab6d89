use watchables::rel_1_37::v1::NodeList;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<NodeList>::new(client).namespace("x");
}

fn main() {}
