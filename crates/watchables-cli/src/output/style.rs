//! Colours of standard output.

use std::fmt::{self, Display};
use std::io;

use anstream::AutoStream;
use anstyle::{AnsiColor, Effects, Style};
use watchables::EventType;

use crate::args::ColorChoice;
use crate::whole_object::{Line, Part};

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();
const PLAIN: Style = Style::new();
/// Of what is of less importance.
pub(crate) const DIM: Style = PLAIN.effects(Effects::DIMMED);

/// Of what should not be overlooked.
pub(crate) const BOLD: Style = PLAIN.effects(Effects::BOLD);

/// Whether to print in colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Styles(bool);

impl Styles {
    /// Decides for standard output.
    pub(crate) fn new(choice: ColorChoice) -> Self {
        Self(match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                !matches!(AutoStream::choice(&io::stdout()), anstream::ColorChoice::Never)
            }
        })
    }

    pub(crate) fn event_type(self, etype: EventType) -> impl Display {
        self.styled(etype.as_str(), of_event_type(etype))
    }

    /// The path of a change: what is wanted (`spec`), what is (`status`), or else.
    pub(crate) fn path<T: Display>(self, path: T, first: &str) -> impl Display + use<T> {
        let style = match first {
            "spec" | "data" => CYAN,
            "status" => PLAIN,
            _ => DIM,
        };
        self.styled(path, style)
    }

    /// What is of less importance.
    pub(crate) fn aside<T: Display>(self, text: T) -> impl Display + use<T> {
        self.styled(text, DIM)
    }

    /// What should not be overlooked.
    pub(crate) fn notable<T: Display>(self, text: T) -> impl Display + use<T> {
        self.styled(text, BOLD)
    }

    /// What is well.
    pub(crate) fn good(self, text: &'static str) -> Styled<&'static str> {
        self.styled(text, GREEN)
    }

    /// What deserves a look.
    pub(crate) fn doubtful(self, text: &'static str) -> Styled<&'static str> {
        self.styled(text, YELLOW)
    }

    /// What does not work.
    pub(crate) fn bad(self, text: &'static str) -> Styled<&'static str> {
        self.styled(text, RED)
    }

    /// A line of an object, with a sign before it.
    pub(crate) fn line(self, line: &Line) -> impl Display {
        let (sign, style) = match line.part {
            Part::Both => (' ', PLAIN),
            Part::Old => ('-', RED),
            Part::New => ('+', GREEN),
        };
        self.styled(format!("{sign} {}", line.text), style)
    }

    /// Any text in a style.
    pub(crate) fn styled<T>(self, text: T, style: Style) -> Styled<T> {
        Styled { text, style: if self.0 { style } else { PLAIN } }
    }
}

/// The style of a type of event.
pub(crate) fn of_event_type(etype: EventType) -> Style {
    match etype {
        EventType::Added => GREEN,
        EventType::Modified => YELLOW,
        EventType::Deleted => RED,
    }
}

/// A text with its colour.
pub(crate) struct Styled<T> {
    text: T,
    style: Style,
}

impl<T: Display> Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, style } = self;
        write!(f, "{style}{text}{style:#}")
    }
}
