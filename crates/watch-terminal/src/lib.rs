//! A live view of watched Kubernetes objects: what happens goes in, and so do keys; a screen comes out.
//!
//! - **What it is:** the state machine and the drawing of `watchables top`. [`App`] takes [`Change`]s and [`Key`]s, and draws
//!   into a buffer of ratatui.
//! - **What it is not:** a terminal, a clock or a client. Terminal, time and changes are the caller's: each call that needs
//!   the time is given it.
//! - **What it keeps:** each object's text, its earlier states within bounds ([`MOST_STATES`], [`Setup::history_bytes`]), and
//!   what its row shows. Rows are sorted as they change, and only those on the screen are formatted.
//! - **Where to begin reading:** `app.rs` for what goes in; `view.rs` for what comes out.
//!
//! ```
//! use std::time::Duration;
//!
//! use ratatui::buffer::Buffer;
//! use ratatui::layout::Rect;
//! use watch_protocol::{EventType, Origin};
//! use watch_terminal::{App, Change, Columns, Key, KindSetup, Now, Setup, Theme};
//!
//! let pods = KindSetup {
//!     title: "pods".to_owned(),
//!     singular: "pod".to_owned(),
//!     is_namespaced: true,
//!     columns: Columns::default(),
//! };
//! let mut app = App::new(Setup {
//!     source: "https://kube.example:6443".to_owned(),
//!     kinds: vec![pods],
//!     clusters: vec!["staging".to_owned()],
//!     watches: vec!["pods".to_owned()],
//!     theme: Theme { has_colors: false },
//!     history_bytes: 1 << 20,
//! });
//! let now = Now { time: jiff::Timestamp::now(), elapsed: Duration::ZERO };
//! let change = Change {
//!     kind: 0,
//!     cluster: 0,
//!     etype: EventType::Added,
//!     origin: Origin::Initial,
//!     namespace: "shop".to_owned(),
//!     name: "web-1".to_owned(),
//!     object: r#"{"metadata":{"namespace":"shop","name":"web-1"}}"#.to_owned(),
//!     cells: None,
//! };
//! app.apply(change, now);
//! app.key(Key::Enter, now); // shows the object, with its history
//!
//! let mut screen = Buffer::empty(Rect::new(0, 0, 80, 24));
//! app.draw(&mut screen, now);
//! assert!(screen.content().iter().any(|cell| cell.symbol() == "w"));
//! ```

mod app;
mod cell;
mod change;
mod columns;
mod deleted_objects;
mod facts;
mod filter;
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
