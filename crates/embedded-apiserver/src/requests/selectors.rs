//! The label and field selectors of a request.

use watchable_core::selector::{FieldSelector, LabelSelector};

use super::query::Query;
use crate::error::ApiError;
use crate::registry::{Served, check_selectable};
use crate::storage::Selection;

/// Reads the selectors of a request; empty ones select everything, as on real servers.
pub(super) fn selection(
    served: &Served,
    namespace: Option<&str>,
    query: &Query,
) -> Result<Selection, ApiError> {
    let filled = |name: &str| {
        // Real servers skip the empty terms of a field selector.
        let is_blank = |c: char| c.is_whitespace() || c == ',' && name == "fieldSelector";
        query.get(name).filter(|text| !text.chars().all(is_blank))
    };
    let labels = filled("labelSelector")
        .map(str::parse::<LabelSelector>)
        .transpose()
        .map_err(|error| ApiError::bad_request(format!("unable to parse requirement: {error}")))?;
    let fields = filled("fieldSelector")
        .map(str::parse::<FieldSelector>)
        .transpose()
        .map_err(|error| ApiError::bad_request(format!("invalid field selector: {error}")))?;
    for requirement in fields.iter().flat_map(FieldSelector::requirements) {
        check_selectable(served.resource(), &requirement.path).map_err(ApiError::bad_request)?;
    }
    Ok(Selection::new(namespace, labels, fields))
}
