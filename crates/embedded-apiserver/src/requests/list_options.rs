//! Errors of `ListOptions`, the parameters of lists and watches.

use crate::error::{ApiError, Problem};

/// Returns the error of contradictory parameters.
pub(crate) fn invalid_options(problem: &Problem) -> ApiError {
    ApiError::invalid("ListOptions", "meta.k8s.io", "", problem)
}
