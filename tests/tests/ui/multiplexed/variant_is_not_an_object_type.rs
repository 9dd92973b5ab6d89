use watchables::Multiplexed;
use watchables::rel_1_37::core::v1::{Pod, PodList};

#[derive(Multiplexed)]
enum Seen {
    Pod(Pod),
    Pods(PodList),
    Text(String),
}

fn main() {}
