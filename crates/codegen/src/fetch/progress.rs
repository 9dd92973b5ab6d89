//! Reports the progress of a download on stderr.

use std::io::IsTerminal as _;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// A progress bar on a terminal; otherwise one line at the start and one at the end.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    received: u64,
}

impl Progress {
    pub(super) fn start(url: &str) -> Self {
        eprintln!("fetching {url}");
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            // An invalid template only affects the appearance.
            if let Ok(style) =
                ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
            {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, received: 0 }
    }

    /// Shows nothing.
    pub(super) fn hidden() -> Self {
        Self { bar: None, received: 0 }
    }

    /// Sets the total size, if known.
    pub(super) fn expect(&self, total: Option<u64>) {
        if let (Some(bar), Some(total)) = (&self.bar, total) {
            bar.set_length(total);
        }
    }

    pub(super) fn received(&mut self, bytes: u64) {
        self.received += bytes;
        if let Some(bar) = &self.bar {
            bar.set_position(self.received);
        }
    }

    pub(super) fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("fetched {}", HumanBytes(self.received));
    }
}
