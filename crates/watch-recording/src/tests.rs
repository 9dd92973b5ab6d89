//! Recordings that are written, read, cut off and damaged.

mod damage;
mod reading;
mod world;
