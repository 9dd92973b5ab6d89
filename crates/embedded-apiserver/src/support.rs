//! Helpers without dependencies on the rest: random numbers, time, JSON paths, merge keys.

pub(crate) mod clock;
pub(crate) mod counter;
pub(crate) mod element_order;
pub(crate) mod json_path;
pub(crate) mod merge_keys;
pub(crate) mod random;
pub(crate) mod release;
pub(crate) mod stop;
pub(crate) mod time;
pub(crate) mod wire;
