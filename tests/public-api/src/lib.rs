//! There is only a test, in `tests`.
