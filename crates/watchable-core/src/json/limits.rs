//! How deeply a document may be nested.

/// The deepest nesting that is accepted, as in `serde_json`: each level of a typed value takes stack.
pub(super) const MAX_DEPTH: u8 = 127;

/// The size of a stack of open brackets: a power of two greater than [`MAX_DEPTH`], so that an index modulo
/// it needs no bounds check.
pub(super) const STACK_SIZE: usize = 128;
