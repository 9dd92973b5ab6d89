use watchables::rel_1_37::v1::ComponentStatus;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<ComponentStatus>::new(client);
}

fn main() {}
