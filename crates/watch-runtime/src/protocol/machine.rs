//! The watch protocol as a state machine: answers and clock readings in, requests and events out.
//!
//! It does no I/O. Whoever drives it calls [`Machine::step`] until it says [`Step::Wait`], does what
//! each step says, and reports what came of it.
//!
//! ```text
//!            ask for a list              page whole, next page or watch
//!          ┌──► Asking ──► Listing ─────────────────────┐
//!          │      │           │                         ▼
//!   Ready ─┤      │ HTTP      │ cut, silence            Ready
//!          │      │ error     ▼                         ▲
//!          │      ▼       ┌► BackingOff ───slept────────┤
//!          │   Refused ───┤                             │
//!          │      ▲       └► Ready, taking the state: 410, no streamed state
//!          │      │ HTTP      ▲                         │
//!          │      │ error     │ cut, silence, 410 …     │
//!          └──► Asking ──► Watching ────clean end───────┘
//!            ask for a watch
//! ```
//!
//! While the state is taken (`taking`), whether as a list or as a stream, its objects go through a
//! comparison with what was delivered. What that owes the consumer (`owed`) is delivered before
//! anything else is read, and only then the state's version counts.
//!
//! A watch on which nothing came, not even a bookmark, is asked for again, and where nothing has shown
//! that the server ever reached its version, that is asked first (`probe`).
//!
//! `BackingOff` is for managed streams and for what may pass. Everything else leads to Ended: what no
//! retry mends, a clean end with `quit_on_timeout`, and in unmanaged streams every failure.

mod core;
mod events;
mod failure;
mod failure_history;
mod injected_bug;
mod injection;
mod input;
mod next_request;
mod relist;
mod state;
mod status;
mod step;
#[cfg(test)]
mod tests;
mod timeouts;
mod version_probe;
mod watcher_state;

pub(crate) use self::core::Machine;
#[cfg(feature = "simulation")]
pub use self::injected_bug::InjectedBug;
pub(crate) use self::step::{Delivery, OutgoingRequest, Purpose, Step};
pub(crate) use self::watcher_state::WatcherState;
