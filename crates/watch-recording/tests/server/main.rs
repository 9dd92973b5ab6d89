//! Recorders of the embedded server, and what their recordings say.

mod events;
mod gaps;
mod recorders;
mod support;
