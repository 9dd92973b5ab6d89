use watchables::Multiplexed;
use watchables::rel_1_37::v1::Pod;

#[derive(Multiplexed)]
enum Seen {
    Mine(Pod),
    Yours(Box<Pod>),
}

fn main() {}
