use watchables::rel_1_37::v1::ComponentStatus;
use watchables::{Client, Meta, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<Meta<ComponentStatus>>::new(client);
}

fn main() {}
