use watchables::blocking::{Client, Watcher};
use watchables::rel_1_37::v1::{ComponentStatus, Node, ObjectMeta};

fn watch(client: &Client) {
    let _ = Watcher::<ObjectMeta>::new(client);
    let _ = Watcher::<ComponentStatus>::new(client);
    let _ = Watcher::<Node>::new(client).namespace("x");
}

fn main() {}
