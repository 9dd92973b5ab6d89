use watchables::rel_1_37::v1::{Node, Pod};
use watchables::{Client, Multiplexed, MultiplexingWatcher, Watcher};

#[derive(Multiplexed)]
enum Seen {
    Pod(Pod),
}

fn add(mux: &MultiplexingWatcher<Seen>, client: Client) {
    mux.add_watcher(Watcher::<Pod>::new(client.clone()));
    mux.add_watcher(Watcher::<Node>::new(client));
}

fn main() {}
