use watchables::Multiplexed;
use watchables::rel_1_37::v1::{Node, Pod};

#[derive(Multiplexed)]
enum Seen {
    Nothing,
    Both(Pod, Node),
    Named { pod: Pod },
}

fn main() {}
