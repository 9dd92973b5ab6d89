//! The label and field selectors of a request.

use watchable_core::selector::{FieldSelector, LabelSelector};

use super::query::Query;
use crate::error::ApiError;
use crate::registry::{Served, is_selectable};
use crate::storage::Selection;

/// Reads the selectors of a request; empty ones select everything, as on real servers.
pub(super) fn selection(
    served: &Served,
    namespace: Option<&str>,
    query: &Query,
) -> Result<Selection, ApiError> {
    let filled = |name: &str| query.get(name).filter(|t| !t.trim().is_empty());
    let labels = filled("labelSelector")
        .map(str::parse::<LabelSelector>)
        .transpose()
        .map_err(|error| ApiError::bad_request(format!("unable to parse requirement: {error}")))?;
    let fields = filled("fieldSelector")
        .map(str::parse::<FieldSelector>)
        .transpose()
        .map_err(|error| ApiError::bad_request(format!("invalid field selector: {error}")))?;
    for requirement in fields.iter().flat_map(FieldSelector::requirements) {
        if !is_selectable(served.resource(), &requirement.path) {
            let message = format!("field label not supported: {}", requirement.path);
            return Err(ApiError::bad_request(message));
        }
    }
    Ok(Selection::new(namespace, labels, fields))
}
