//! How far the first states are, on a terminal.

use std::cell::RefCell;
use std::future::pending;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;
use watchables::{Phase, WatchStatus};

use super::list_size::ListSize;
use crate::numbers::with_commas;

/// How long they take before anything is shown.
const QUIET: Duration = Duration::from_secs(1);
/// The time between two looks.
const INTERVAL: Duration = Duration::from_millis(200);

/// A line on standard error, if that is a terminal.
pub(crate) struct Progress {
    bar: RefCell<Option<ProgressBar>>,
    is_shown: bool,
    /// Whether what is printed would be mixed with the line.
    shares_terminal: bool,
    started: Instant,
    watches: RefCell<Vec<Listed>>,
}

/// A watch that has not had its first state yet.
struct Listed {
    /// What is watched, such as `pods`.
    plural: String,
    status: Receiver<WatchStatus>,
    size: ListSize,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let is_shown = io::stderr().is_terminal();
        Self {
            bar: RefCell::default(),
            is_shown,
            shares_terminal: is_shown && io::stdout().is_terminal(),
            started: Instant::now(),
            watches: RefCell::default(),
        }
    }

    /// Adds a watch.
    pub(crate) fn add(&self, plural: &str, status: Receiver<WatchStatus>, size: ListSize) {
        self.watches.borrow_mut().push(Listed { plural: plural.to_owned(), status, size });
    }

    /// Makes room for what is printed on the same terminal. The line comes back by itself.
    pub(crate) fn make_room(&self) {
        if self.shares_terminal {
            self.erase();
        }
    }

    /// Shows the line while there is anything to wait for. Never resolves.
    pub(crate) async fn show(&self) {
        if !self.is_shown {
            return pending().await;
        }
        loop {
            tokio::time::sleep(INTERVAL).await;
            let mut watches = self.watches.borrow_mut();
            watches.retain(|watch| watch.status.borrow().phase != Phase::Live);
            let is_due = self.started.elapsed() >= QUIET;
            let states = watches.iter().filter_map(|watch| match watch.status.borrow().phase {
                Phase::Listing { done, remaining } if is_due => {
                    let total = remaining.map(|remaining| done + remaining);
                    Some((watch.plural.as_str(), done, total.or_else(|| watch.size.get())))
                }
                _ => None,
            });
            match line(states) {
                Some(line) => {
                    let mut bar = self.bar.borrow_mut();
                    let bar = bar.get_or_insert_with(new_bar);
                    bar.set_message(line);
                }
                None => self.erase(),
            }
        }
    }

    /// Erases the line.
    pub(crate) fn erase(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Returns how far lists are: `listing pods: 12,000 of 150,000`. `None` if there is none.
fn line<'a>(states: impl Iterator<Item = (&'a str, u64, Option<u64>)>) -> Option<String> {
    let (mut names, mut done, mut total) = (Vec::new(), 0, Some(0));
    for (name, listed, size) in states {
        if !names.contains(&name) {
            names.push(name);
        }
        done += listed;
        // It may have grown.
        total = total.zip(size).map(|(total, size)| total + size.max(listed));
    }
    let names = match names.as_slice() {
        [] => return None,
        [a, b, c, rest @ ..] if !rest.is_empty() => {
            format!("{a}, {b}, {c} and {} more", rest.len())
        }
        names => names.join(", "),
    };
    let done = with_commas(done);
    Some(match total {
        Some(total) => format!("listing {names}: {done} of {}", with_commas(total)),
        None => format!("listing {names}: {done}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_added_up() {
        let text = |states: &[(&'static str, u64, Option<u64>)]| line(states.iter().copied());
        assert_eq!(text(&[]), None);
        let pods = ("pods", 12_000, Some(150_000));
        assert_eq!(text(&[pods]).unwrap(), "listing pods: 12,000 of 150,000");
        assert_eq!(text(&[("pods", 500, None)]).unwrap(), "listing pods: 500");
        let jobs = ("jobs", 2, Some(1));
        assert_eq!(text(&[pods, jobs]).unwrap(), "listing pods, jobs: 12,002 of 150,002");
        assert_eq!(text(&[pods, pods]).unwrap(), "listing pods: 24,000 of 300,000");
        assert_eq!(text(&[pods, ("jobs", 1, None)]).unwrap(), "listing pods, jobs: 12,001");
        let five = ["a", "b", "c", "d", "e"].map(|name| (name, 1, None));
        assert_eq!(text(&five).unwrap(), "listing a, b, c and 2 more: 5");
    }
}
