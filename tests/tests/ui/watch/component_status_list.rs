use watchables::rel_1_37::v1::ComponentStatusList;
use watchables::{Client, Watcher};

fn watch(client: Client) {
    let _ = Watcher::<ComponentStatusList>::new(client);
}

fn main() {}
