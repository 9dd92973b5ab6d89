//! What stands in a row below a column's title: a value that is sorted as such, and formatted only on the screen.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::text;

/// A value in a table.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// Nothing. It comes last in any order.
    #[default]
    Empty,
    /// A text.
    Text(Box<str>),
    /// A number.
    Number(i64),
    /// How many of how many, such as `2/3`. Sorted by the part that is missing.
    Part(i64, i64),
    /// A time, shown as the age since then.
    Age(Timestamp),
}

impl Cell {
    /// Returns whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// Returns what is shown at a time.
    pub(crate) fn text(&self, now: Timestamp) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Part(part, whole) => format!("{part}/{whole}"),
            Self::Age(time) => text::age(now.duration_since(*time)),
        }
    }

    /// Compares as a user expects it of an ascending order: the youngest first.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.cmp(other),
            (Self::Part(..), Self::Part(..)) => self.missing().cmp(&other.missing()).reverse(),
            (Self::Age(one), Self::Age(other)) => other.cmp(one),
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }

    fn missing(&self) -> i64 {
        match self {
            Self::Part(part, whole) => whole - part,
            _ => 0,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Text(_) => 0,
            Self::Number(_) => 1,
            Self::Part(..) => 2,
            Self::Age(_) => 3,
            Self::Empty => 4,
        }
    }
}
