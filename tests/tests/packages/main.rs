//! What cargo knows of our packages and of those that they depend on: what is published is complete, and nothing that a
//! user compiles comes under a licence, from a place or in a number of versions that nobody has looked at.

mod dependencies;
mod metadata;
mod published;
