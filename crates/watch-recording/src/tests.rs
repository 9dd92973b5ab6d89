//! Recordings that are written, read, cut off and damaged.

mod damage;
mod kept;
mod python;
mod reading;
mod world;
