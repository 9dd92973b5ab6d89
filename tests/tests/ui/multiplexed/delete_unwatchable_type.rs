use watchables::rel_1_37::v1::{ObjectMeta, Pod};
use watchables::MultiplexingWatcher;

fn delete(mux: &MultiplexingWatcher<Pod>) {
    mux.del_watcher::<ObjectMeta>();
}

fn main() {}
