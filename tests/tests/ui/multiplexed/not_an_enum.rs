use watchables::Multiplexed;
use watchables::rel_1_37::v1::Pod;

#[derive(Multiplexed)]
struct Seen {
    pod: Pod,
}

#[derive(Multiplexed)]
enum Empty {}

#[derive(Multiplexed)]
enum Either<T> {
    One(T),
}

fn main() {}
