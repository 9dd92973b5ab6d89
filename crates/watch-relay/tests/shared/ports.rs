//! Ports for the servers that tests start.

pub(crate) use engines::free_port;
