//! Which events are chosen: an expression of CEL, the language of Kubernetes' own policies.
//!
//! - **What it is:** the expressions of the relay's filters, and of `watchables watch --where` and `--until`.
//! - **What it is not:** it does no I/O, keeps no object, and does not decide what an event means for which the
//!   expression cannot be evaluated.
//!
//! ```
//! use serde_json::json;
//! use watch_filter::Filter;
//! use watch_protocol::EventType;
//!
//! let filter = Filter::compile("object.status.phase == 'Failed' && type != 'DELETED'")?;
//! let pod = json!({"status": {"phase": "Failed"}});
//! assert_eq!(filter.matches(EventType::Modified, &pod, None), Ok(true));
//!
//! let pod = json!({});
//! let error = filter.matches(EventType::Added, &pod, None).unwrap_err();
//! assert_eq!(error.to_string(), "there is no field \"status\"");
//! assert_eq!(error.condition(), Some("has(object.status)"));
//! # Ok::<(), watch_filter::CompileError>(())
//! ```
//!
//! `variables` (which an expression has) and `error` stand below `filter`.

mod error;
mod filter;
mod variables;

pub use error::{CompileError, EvaluationError};
pub use filter::Filter;
