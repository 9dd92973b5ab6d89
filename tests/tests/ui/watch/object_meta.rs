use watchables::rel_1_37::v1::ObjectMeta;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<ObjectMeta>::new(client);
}

fn main() {}
