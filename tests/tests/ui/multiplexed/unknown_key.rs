use watchables::Multiplexed;
use watchables::rel_1_37::v1::Pod;

#[derive(Multiplexed)]
#[multiplexed(kind = "Pod")]
enum Seen {
    Pod(Pod),
}

fn main() {}
