//! A line that the user types.

use crate::key::Key;

/// What the line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Filter,
    Write,
}

/// A line that the user types.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub(crate) purpose: Purpose,
    pub(crate) text: String,
    /// What the text was before.
    before: String,
}

/// What became of the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// It has changed.
    Changed,
    /// It is done.
    Entered,
    /// It is given up: the text from before holds.
    GivenUp(String),
    /// The key means nothing here.
    Nothing,
}

impl Prompt {
    pub(crate) fn new(purpose: Purpose, text: String) -> Self {
        Self { purpose, before: text.clone(), text }
    }

    pub(crate) fn label(&self) -> &'static str {
        match self.purpose {
            Purpose::Filter => "Filter: ",
            Purpose::Write => "Write the recording so far to: ",
        }
    }

    pub(crate) fn key(&mut self, key: Key) -> Typed {
        match key {
            Key::Char(char) if !char.is_control() => self.text.push(char),
            Key::Backspace if self.text.is_empty() => return Typed::GivenUp(String::new()),
            Key::Backspace => {
                self.text.pop();
            }
            Key::Ctrl('u') => self.text.clear(),
            Key::Ctrl('w') => {
                let kept = self.text.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.text.truncate(kept);
            }
            Key::Enter => return Typed::Entered,
            Key::Esc => return Typed::GivenUp(std::mem::take(&mut self.before)),
            _ => return Typed::Nothing,
        }
        Typed::Changed
    }
}
