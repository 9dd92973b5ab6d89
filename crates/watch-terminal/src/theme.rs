//! Colours, or what stands for them where there are none.

use std::time::Duration;

use ratatui::style::{Color, Modifier, Style};
use watch_protocol::EventType;

use crate::kind::LIT;

/// For how long a row that has changed is lit strongly.
pub(crate) const BRIGHT: Duration = Duration::from_millis(600);

/// Whether to show colours. They are the terminal's own, for dark and light ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Without them, bold, underlined and reversed text takes their place.
    pub has_colors: bool,
}

impl Theme {
    pub(crate) fn plain() -> Style {
        Style::new()
    }

    pub(crate) fn bold() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is of less importance.
    pub(crate) fn aside() -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub(crate) fn selected() -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What should not be overlooked.
    pub(crate) fn notice(self) -> Style {
        self.colored(Color::Yellow, Modifier::BOLD)
    }

    pub(crate) fn good(self) -> Style {
        self.colored(Color::Green, Modifier::empty())
    }

    pub(crate) fn bad(self) -> Style {
        self.colored(Color::Red, Modifier::BOLD)
    }

    pub(crate) fn heading(self) -> Style {
        self.colored(Color::Cyan, Modifier::BOLD)
    }

    /// The path of a change: what is wanted, what is, or else.
    pub(crate) fn path(self, first: &str) -> Style {
        match first {
            "spec" | "data" => self.colored(Color::Cyan, Modifier::BOLD),
            "status" => Self::bold(),
            _ => Self::aside(),
        }
    }

    pub(crate) fn before(self) -> Style {
        self.colored(Color::Red, Modifier::empty())
    }

    pub(crate) fn after(self) -> Style {
        self.colored(Color::Green, Modifier::BOLD)
    }

    pub(crate) fn sparkline(self) -> Style {
        self.colored(Color::Cyan, Modifier::empty())
    }

    pub(crate) fn event(self, etype: EventType) -> Style {
        let color = color(etype);
        self.colored(color, Modifier::empty())
    }

    /// The row of an object to which something has happened, this long ago.
    pub(crate) fn lit(self, etype: EventType, since: Duration, is_deleted: bool) -> Style {
        let color = color(etype);
        if is_deleted && since >= BRIGHT {
            let gone = Modifier::DIM | Modifier::CROSSED_OUT;
            return if since < LIT {
                self.colored(color, Modifier::CROSSED_OUT)
            } else {
                Style::new().add_modifier(gone)
            };
        }
        match since {
            since if since < BRIGHT && self.has_colors => Style::new().fg(Color::Black).bg(color),
            since if since < BRIGHT => {
                Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
            }
            since if since < LIT && self.has_colors => Style::new().fg(color),
            since if since < LIT => Self::bold(),
            _ => Self::plain(),
        }
    }

    /// A word on how an object is.
    pub(crate) fn status(self, word: &str) -> Style {
        let is_one_of = |words: &[&str]| words.iter().any(|it| word.contains(it));
        if is_one_of(&[
            "Fail",
            "Error",
            "BackOff",
            "NotReady",
            "Evicted",
            "OOM",
            "Unavailable",
            "Lost",
        ]) {
            self.bad()
        } else if is_one_of(&["Pending", "Terminating", "Creating", "cordoned", "Unknown", "Not"]) {
            self.colored(Color::Yellow, Modifier::empty())
        } else {
            Self::plain()
        }
    }

    fn colored(self, color: Color, otherwise: Modifier) -> Style {
        if self.has_colors { Style::new().fg(color) } else { Style::new().add_modifier(otherwise) }
    }
}

fn color(etype: EventType) -> Color {
    match etype {
        EventType::Added => Color::Green,
        EventType::Modified => Color::Yellow,
        EventType::Deleted => Color::Red,
    }
}
