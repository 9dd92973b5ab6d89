//! Replicas in virtual time, with an API server that fails, delays and disappears: no shard has two holders, and all
//! have one at the end.

mod node;
mod queue;
mod scenarios;
mod server;
mod world;

use world::World;
