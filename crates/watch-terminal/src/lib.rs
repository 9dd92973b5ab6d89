//! A live view of watched Kubernetes objects: what happens goes in, and so do keys; a screen comes out.
//!
//! - **What it is:** the state machine and the drawing of `watchables top`. [`App`] takes [`Change`]s and [`Key`]s, and draws
//!   into a buffer of ratatui.
//! - **What it is not:** a terminal, a clock or a client. Terminal, time and changes are the caller's: each call that needs
//!   the time is given it.
//! - **What it keeps:** each object's text, its earlier states within bounds ([`MOST_STATES`], [`Setup::history_bytes`]), and
//!   what its row shows. Rows are sorted as they change, and only those on the screen are formatted.
//! - **Where to begin reading:** `app.rs` for what goes in; `view.rs` for what comes out.

mod app;
mod cell;
mod change;
mod columns;
mod facts;
mod filter;
mod gone;
mod history;
mod key;
mod kind;
mod latest;
mod layout;
mod now;
mod object;
mod objects;
mod playback;
mod prompt;
mod rate;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod view;
mod watches;

pub use app::{Action, App, Setup};
pub use cell::Cell;
pub use change::Change;
pub use columns::{Column, Columns};
pub use history::{MOST_STATES, State};
pub use key::Key;
pub use kind::KindSetup;
pub use now::Now;
pub use objects::Key as ObjectKey;
pub use playback::{Playback, PlaybackAction};
pub use text::{age, count};
pub use theme::Theme;
pub use watches::WatchState;
