use watchables::rel_1_37::v1::ObjectMeta;
use watchables::{Client, Meta, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Meta<ObjectMeta>>::new(client);
}

fn main() {}
