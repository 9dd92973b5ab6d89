//! Fault injection: a layer around the request handlers, which do not depend on it.

mod body;
mod effect;
mod fault;
mod layer;
mod matcher;
mod plan;
mod registered;
mod verb;

pub(crate) use body::{Body, Disconnect, apply_faults};
pub use fault::{Fault, FaultId};
pub(crate) use layer::FaultLayer;
pub use registered::Faults;
pub use verb::Verb;
