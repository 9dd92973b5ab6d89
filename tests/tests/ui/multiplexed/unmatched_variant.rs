use watchables::rel_1_37::v1::{Namespace, Pod};
use watchables::{Multiplexed, WatchEvent};

#[derive(Multiplexed)]
enum Seen {
    Pod(Pod),
    Namespace(Namespace),
}

fn print(event: WatchEvent<Seen>) {
    match event.obj {
        Seen::Pod(_) => {}
    }
}

fn main() {}
