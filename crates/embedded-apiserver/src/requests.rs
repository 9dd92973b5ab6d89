//! The handling of requests: routes, lists, watches, writes, patches, discovery.

mod aggregated_discovery;
mod apply;
mod authentication;
mod body;
mod context;
mod discovery;
mod dispatch;
mod list;
mod list_options;
mod merge_patch;
mod openapi;
mod patch;
mod pretty;
mod query;
mod representation;
mod resource_request;
mod response;
mod review;
mod route;
mod scale;
mod selectors;
mod strategic_patch;
mod typed;
mod version;
mod watch;
mod watch_stream;
mod write;
mod write_request;

pub(crate) use authentication::authenticate;
pub(crate) use body::read as read_body;
pub(crate) use context::Context;
pub(crate) use dispatch::{ShuffleInitialEvents, handle};
pub(crate) use pretty::is_pretty;
pub(crate) use query::Query;
pub(crate) use response::{Body, error as error_response, json as json_response};
pub(crate) use route::{Route, parse as parse_route};
