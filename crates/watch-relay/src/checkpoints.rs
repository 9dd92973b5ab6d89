//! Where replicas keep their checkpoints, so that whoever takes a shard over has them.

pub mod jetstream;
