use watchables::rel_1_37::v1::Pod;
use watchables::{Client, Multiplexed, MultiplexingWatcher, Watcher, rel_1_17};

#[derive(Multiplexed)]
enum Seen {
    Pod(Pod),
}

fn add(mux: &MultiplexingWatcher<Seen>, client: Client) {
    mux.add_watcher_as("old", Watcher::<rel_1_17::v1::Pod>::new(client));
}

fn main() {}
