//! The part of an object that a write is about.

/// What of an object a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// All but the status, where the kind has a status subresource.
    Main,
    Status,
}
