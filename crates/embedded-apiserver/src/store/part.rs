//! The part of an object that a write changes.

/// The part of an object that a write changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    /// Everything except the status, if the kind has a status subresource.
    Main,
    Status,
}
