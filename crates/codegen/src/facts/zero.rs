//! What the zero of an optional scalar means. It decides which values in protobuf are equal to which in JSON.

use std::fmt;

/// What the zero of an optional scalar means: `0`, `false` or an empty string. Unless the field is a pointer in Go,
/// protobuf always writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zero {
    /// It is no value, since JSON omits it. Also what is said of all that is no optional scalar.
    #[default]
    Absent,
    /// It is a value, since the field is a pointer in Go. If it is not set, neither JSON nor protobuf has it.
    Pointer,
    /// It is a value, since JSON never omits it, although the field is not a pointer.
    Always,
    /// No Go file says what it means. Never valid in `spec/`.
    Unknown,
}

impl Zero {
    const SUFFIXES: [(Self, &str); 3] =
        [(Self::Pointer, " pointer"), (Self::Always, " always"), (Self::Unknown, " unknown")];

    /// Returns whether a decoder must keep a zero.
    pub(crate) fn is_value(self) -> bool {
        matches!(self, Self::Pointer | Self::Always)
    }

    /// Splits off the word at the end of a text, if there is one.
    pub(crate) fn split(text: &str) -> (&str, Self) {
        Self::SUFFIXES
            .iter()
            .find_map(|(zero, suffix)| Some((text.strip_suffix(suffix)?, *zero)))
            .unwrap_or((text, Self::Absent))
    }
}

/// The word at the end of a text, after a space; nothing for [`Zero::Absent`].
impl fmt::Display for Zero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = Self::SUFFIXES.iter().find(|(zero, _)| zero == self);
        f.write_str(suffix.map_or("", |(_, suffix)| suffix))
    }
}
