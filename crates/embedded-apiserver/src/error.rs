//! Errors of the API: the `Status` bodies with which requests are rejected.

mod api_error;
mod details;
mod injected;
mod problem;
mod rejections;
mod status;

pub use api_error::ApiError;
pub(crate) use problem::{FieldConflict, Problem};
