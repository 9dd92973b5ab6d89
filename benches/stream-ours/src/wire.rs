//! The encoding that a watcher requests.

use gauge::Args;
use watchables::{WatchTarget, Watcher, Wire};

/// Lets a watcher request the encoding that the command line names.
pub(crate) fn wired<T: WatchTarget>(watcher: Watcher<T>, args: &Args) -> Watcher<T> {
    match args.wire {
        Some(gauge::Wire::Json) => watcher.wire(Wire::Json),
        Some(gauge::Wire::Protobuf) => watcher.wire(Wire::Protobuf),
        None => watcher,
    }
}
