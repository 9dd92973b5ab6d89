//! Replicas in virtual time, with an API server that fails, delays and disappears: no shard has two holders, and all
//! have one at the end.

#[cfg(feature = "simulation")]
pub(crate) mod hooks;
#[cfg(test)]
mod node;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod scenarios;
mod server;
#[cfg(test)]
mod world;

#[cfg(test)]
use world::World;
