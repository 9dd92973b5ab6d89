use watchables::rel_1_37::v1::Pod;
use watchables::MultiplexingWatcher;

fn main() {
    let _ = MultiplexingWatcher::<Pod>::new().on_error(|_, _, error| eprintln!("{error}"));
}
