//! Tests of a store that is fed without a server: random histories, and threads.

mod properties;
mod stress;
mod world;
