//! The handler of lists: of the current or an earlier revision, complete or in pages.

use http::Response;
use serde::Serialize;
use serde_json::json;

use super::accept::Accepted;
use super::context::Context;
use super::list_options::invalid_options;
use super::list_response;
use super::query::Query;
use super::representation::Representation;
use super::resource_request::ResourceRequest;
use super::response::{self, Body};
use super::selectors::{selection, shard_selector};
use crate::error::{ApiError, Problem};
use crate::registry::Served;
use crate::storage::{ContinueToken, Key, Page, PageError, PageRequest, parse_version};
use crate::support::release::Release;

pub(super) fn handle(request: &ResourceRequest<'_>) -> Result<Response<Body>, ApiError> {
    let ResourceRequest { context, served, query, namespace, accepted } = *request;
    accepted.representation.check_list(served)?;
    let selection = selection(context, served, namespace, query)?;
    // A list has no use for it, but reads it.
    query.number("timeoutSeconds")?;
    let limit = usize::try_from(query.number("limit")?).unwrap_or(usize::MAX);
    let version = RequestedVersion::read(query, limit > 0)?;
    // The limit of a list from the watch cache is ignored. Events are not cached.
    let cached = query.get("resourceVersion") == Some("0") && !served.is_core("events");
    let request = PageRequest {
        collection: served.collection,
        selection: &selection,
        revision: version.exact(),
        after: version.after(),
        limit: if cached { 0 } else { limit },
    };
    let page = context.store.page(&request).map_err(|error| version.error(&error))?;
    if let RequestedVersion::AtLeast(least) = version
        && least > page.revision
    {
        return Err(ApiError::too_new(least, page.revision));
    }
    let selected = Selected {
        is_part: selection.has_selectors(),
        shard_selector: shard_selector(context, query),
    };
    Ok(respond(served, page, selected, accepted, context.release))
}

/// Checks the version of a request for one object: it must have been reached.
pub(super) fn check_version(
    context: &Context,
    served: &Served,
    query: &Query,
) -> Result<(), ApiError> {
    let Some(version) = query.get("resourceVersion") else { return Ok(()) };
    let version = parse_version(version).map_err(ApiError::unexpected)?;
    let current = context.store.now(served).revision;
    if version > current { Err(ApiError::too_new(version, current)) } else { Ok(()) }
}

/// How a list was selected.
#[derive(Clone, Copy, Default)]
pub(crate) struct Selected<'a> {
    /// Whether there is a selector.
    pub(crate) is_part: bool,
    /// The shard selector that was applied.
    pub(crate) shard_selector: Option<&'a str>,
}

/// Responds with a page, as a list.
pub(crate) fn respond(
    served: &Served,
    page: Page,
    selected: Selected<'_>,
    accepted: Accepted,
    release: Release,
) -> Response<Body> {
    let Accepted { representation, wire } = accepted;
    let last = page.items.last().filter(|_| page.remaining > 0);
    let is_untyped = served.is_custom() && representation == Representation::Full;
    let metadata = ListMetadata {
        resource_version: page.revision.to_string(),
        continue_: last
            .map(|object| {
                let after = object.key().clone();
                ContinueToken { revision: Some(page.revision), after }.encode()
            })
            // A list of custom resources has the field even if it is empty.
            .or_else(|| is_untyped.then(String::new)),
        // A real server does not count the objects that selectors would match.
        remaining_item_count: last.filter(|_| !selected.is_part).map(|_| page.remaining),
        shard_info: selected.shard_selector.map(|selector| ShardInfo { selector }),
    };
    if representation != Representation::Full {
        let list = representation.render_list(&json!(metadata), &page.items, served);
        return response::value(200, &list, wire, release);
    }
    if let Some((list, of)) = served.list_protobuf(wire, release) {
        return list_response::protobuf(list, &json!(metadata), &page.items, served, of);
    }
    let kind = served.list_kind();
    let head = format!(
        r#"{{"kind":{},"apiVersion":{},"metadata":{},"items":["#,
        json!(kind),
        json!(served.resource().api_version()),
        serde_json::to_string(&metadata).unwrap_or_default(),
    );
    // A real server repeats the type in each item of custom resources.
    let type_meta = served.is_custom().then(|| served.type_meta().clone());
    list_response::json(head, page.items, type_meta)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListMetadata<'a> {
    resource_version: String,
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    continue_: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_item_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_info: Option<ShardInfo<'a>>,
}

#[derive(Serialize)]
struct ShardInfo<'a> {
    selector: &'a str,
}

/// The version that a list requests.
enum RequestedVersion {
    Latest,
    AtLeast(u64),
    Exactly(u64),
    Continued(ContinueToken),
}

impl RequestedVersion {
    fn read(query: &Query, paged: bool) -> Result<Self, ApiError> {
        let version = query.get("resourceVersion");
        let matching = query.get("resourceVersionMatch");
        let forbidden = |text| invalid_options(&Problem::forbidden("resourceVersionMatch", text));
        if query.get("sendInitialEvents").is_some() {
            let text = "sendInitialEvents is forbidden for list";
            return Err(invalid_options(&Problem::forbidden("sendInitialEvents", text)));
        }
        if let Some(token) = query.get("continue") {
            if matching.is_some() {
                return Err(forbidden("resourceVersionMatch is forbidden with continue"));
            }
            if version.is_some_and(|version| version != "0") {
                let message = "specifying resource version is not allowed when using continue";
                return Err(ApiError::bad_request(message));
            }
            return ContinueToken::decode(token).map(Self::Continued);
        }
        let Some(version) = version else {
            return match matching {
                None => Ok(Self::Latest),
                Some(_) => Err(forbidden(
                    "resourceVersionMatch is forbidden unless resourceVersion is provided",
                )),
            };
        };
        let revision = parse_version(version).map_err(ApiError::unexpected)?;
        match (matching, revision) {
            (Some("Exact"), 0) => Err(forbidden(
                "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"",
            )),
            (Some("Exact"), _) => Ok(Self::Exactly(revision)),
            (Some("NotOlderThan"), _) => Ok(Self::AtLeast(revision)),
            (Some(other), _) => {
                let supported = ["Exact", "NotOlderThan", ""];
                let problem = Problem::not_supported("resourceVersionMatch", other, &supported);
                Err(invalid_options(&problem))
            }
            // The semantics of releases without `resourceVersionMatch`.
            (None, 1..) if paged => Ok(Self::Exactly(revision)),
            (None, _) => Ok(Self::AtLeast(revision)),
        }
    }

    fn exact(&self) -> Option<u64> {
        match self {
            Self::Exactly(revision) => Some(*revision),
            Self::Continued(token) => token.revision,
            Self::Latest | Self::AtLeast(_) => None,
        }
    }

    fn after(&self) -> Option<&Key> {
        match self {
            Self::Continued(token) => Some(&token.after),
            _ => None,
        }
    }

    fn error(&self, error: &PageError) -> ApiError {
        match (error, self) {
            (PageError::TooNew { current }, _) => {
                ApiError::too_new(self.exact().unwrap_or_default(), *current)
            }
            (PageError::TooOld, Self::Continued(token)) => {
                let next = ContinueToken { revision: None, after: token.after.clone() };
                ApiError::token_expired(next.encode())
            }
            (PageError::TooOld, _) => {
                ApiError::expired("The resourceVersion for the provided list is too old.")
            }
        }
    }
}
