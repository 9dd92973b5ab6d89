//! The watch protocol as a state machine: responses and clock readings in, requests and events out.
//!
//! The machine does no I/O. Its driver calls [`Machine::step`] until it returns [`Step::Wait`], carries
//! out each step, and reports the result through the `on_…` methods (`input`). What outlives a stream, such as the
//! index, is in a [`WatcherState`], which the driver swaps in before it calls the machine.
//!
//! ```text
//!          send request                     2xx
//!   Ready ──────────────► AwaitingResponse ─────► Listing, Watching
//!     ▲                         │ error status           │
//!     │                         ▼                        │
//!     │                      Rejected                    │
//!     │                         │                        │
//!     ├──── relist, retry ◄─────┼────────────────────────┤
//!     │                         ▼                        │
//!     └────── slept ─────── BackingOff ◄─────────────────┘
//! ```
//!
//! | in | on | next |
//! |---|---|---|
//! | `Listing` | page complete | `Ready`: the next page, or the watch |
//! | `Watching` | watch timed out | `Ready`: the next watch, from the resource version |
//! | `Watching`, `Rejected` | 410 | `Ready`: a relist; `BackingOff` first if it follows another 410 |
//! | `Watching`, `Rejected` | streaming list unsupported | `Ready`: a paged list |
//! | `Rejected`, `Listing`, `Watching` | error that is waited out (`failure_policy`) | `BackingOff` |
//! | any with a connection | disconnected, idle timeout | `BackingOff` |
//! | any | error that ends the stream (`failure_policy`) | `Ended` |
//!
//! - A relist (`relist`) compares each object with the index of what was delivered, whether the objects
//!   arrive as list pages or as a streaming list. The resulting events are `pending`: they are delivered
//!   before anything else is read. Once the list is complete and nothing is pending, the relist has
//!   synced, and the resource version of the list becomes the stream's.
//! - A 410 starts a relist (`gone`). An expired continue token restarts the list from its first page.
//! - A server may hide a gap: its watches end at once, are silent, or are rejected (`hidden_gap`). A relist at a
//!   bounded rate finds out (`comparison`). So does one after each watch if the server's lists have no version.
//! - A watch that receives nothing, not even a bookmark, is restarted after an idle timeout (`idle_timeout`).
//!   If nothing has confirmed that the server reached the stream's version, a version probe comes first
//!   (`version_probe`). A server that turns out to be behind was rolled back (`rollback`).
//! - `BackingOff` is for managed streams, and for the failures that the policy waits out
//!   (`failure_policy`). Everything else leads to `Ended`: terminal errors, a watch timeout with
//!   `quit_on_timeout`, and any failure of an unmanaged stream.

mod core;
mod delivered;
mod events;
mod failure;
mod failure_history;
mod failure_policy;
mod gone;
mod hidden_gap;
mod hidden_gap_repair;
mod idle_timeout;
mod initial_objects;
mod injected_bug;
mod injection;
mod input;
mod next_request;
mod pages;
mod relist;
mod rollback;
mod seen_tokens;
mod shard;
mod start;
mod state;
mod status;
mod step;
mod table_columns;
#[cfg(test)]
mod tests;
mod version_probe;
mod watcher_state;

pub use self::core::Machine;
pub use self::delivered::{Delivered, Position};
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub use self::injected_bug::InjectedBug;
pub use self::step::{Delivery, OutgoingRequest, Purpose, Step};
pub use self::watcher_state::WatcherState;
