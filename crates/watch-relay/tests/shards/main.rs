//! Shards on the embedded API server, and by hand on a real one: see `support`.

mod replicas;
mod support;
mod watch;
