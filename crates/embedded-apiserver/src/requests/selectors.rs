//! The label and field selectors of a request.

use watchable_core::selector::{FieldSelector, LabelSelector, ShardRange};

use super::context::Context;
use super::query::Query;
use crate::error::ApiError;
use crate::registry::{Served, check_selectable};
use crate::storage::Selection;

/// Reads the selectors of a request; empty ones select everything, as on real servers.
pub(super) fn selection(
    context: &Context,
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
    let fields = filled("fieldSelector").map(parse_fields).transpose()?;
    for requirement in fields.iter().flat_map(FieldSelector::requirements) {
        check_selectable(served.resource(), &requirement.path).map_err(ApiError::bad_request)?;
    }
    let shards = shard_selector(context, query).map(parse_shards).transpose()?;
    Ok(Selection::new(namespace, labels, fields, shards))
}

/// Returns the shard selector of a request, if the server applies it.
pub(super) fn shard_selector<'a>(context: &Context, query: &'a Query) -> Option<&'a str> {
    query.get("shardSelector").filter(|_| context.selects_shards)
}

/// Parses ranges with `||` between them.
fn parse_shards(text: &str) -> Result<Vec<ShardRange>, ApiError> {
    let ranges = text.split("||").map(str::parse::<ShardRange>);
    let ranges = ranges.collect::<Result<_, _>>();
    ranges.map_err(|error| ApiError::bad_request(format!("invalid shardSelector: {error}")))
}

/// Parses a field selector.
///
/// # Errors
///
/// A term without an operator is named in a real server's words.
fn parse_fields(text: &str) -> Result<FieldSelector, ApiError> {
    let has_operator = |term: &&str| term.is_empty() || term.contains('=');
    text.parse().map_err(|error| {
        ApiError::bad_request(match text.split(',').find(|term| !has_operator(term)) {
            Some(term) => format!("invalid selector: '{text}'; can't understand '{term}'"),
            None => format!("invalid field selector: {error}"),
        })
    })
}
