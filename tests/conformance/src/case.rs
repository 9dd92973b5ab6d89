//! The format of a case: requests, and the expected shape of the responses.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::target::{Needs, Release};

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One fact of the protocol, and the requests that prove it.
///
/// In a step, `{ns}` is the case's own namespace, `{run}` is the run's label value for cluster-scoped
/// objects, and `{large}` is a text of more than half a megabyte. Other names in braces are values that
/// earlier steps captured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The fact, in words.
    pub name: String,
    /// The first release that the case applies to; by default every release.
    pub since: Option<Release>,
    /// The first release that the case no longer applies to.
    pub before: Option<Release>,
    /// The action on the server that the case needs.
    pub needs: Option<Needs>,
    /// The requests, in order.
    pub step: Vec<Step>,
}

/// One request and the expected response.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Method and request target, such as `GET /api/v1/pods`; or one of the [`Needs`], to run now.
    pub send: String,
    /// The request body, as JSON.
    pub body: Option<String>,
    /// `Content-Type`; `application/json` by default.
    pub content_type: Option<String>,
    /// `Accept`; by default, what the cases run in.
    pub accept: Option<String>,
    /// `Accept-Encoding`; the response must then have the `Content-Encoding` below.
    pub accept_encoding: Option<String>,
    /// The expected `Content-Encoding`, which can be `gzip`; none by default. Each event must then be a
    /// member of the body.
    pub content_encoding: Option<String>,
    /// The expected HTTP status; 200 or 201 by default.
    pub status: Option<u16>,
    /// The shape that the response must match, as JSON: see the module `shape`.
    pub matches: Option<String>,
    /// Text that the response must contain; it is then in JSON.
    pub contains: Option<String>,
    /// For a watch that ends by itself: the shapes of all its events in order, as JSON.
    pub events: Option<Vec<String>>,
    /// For a watch: the steps to run once it has started.
    #[serde(default)]
    pub meanwhile: Vec<Step>,
    /// Values for later steps: names, and JSON pointers into the response.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
    /// Retry for a while until the response is as expected.
    #[serde(default)]
    pub retry: bool,
}

/// Returns all cases.
///
/// # Panics
///
/// Panics if a file of cases is malformed.
pub fn cases() -> Vec<Case> {
    const FILES: &[(&str, &str)] = &[
        ("apply.toml", include_str!("../cases/apply.toml")),
        ("compression.toml", include_str!("../cases/compression.toml")),
        ("custom.toml", include_str!("../cases/custom.toml")),
        ("deletes.toml", include_str!("../cases/deletes.toml")),
        ("discovery.toml", include_str!("../cases/discovery.toml")),
        ("expired.toml", include_str!("../cases/expired.toml")),
        ("lists.toml", include_str!("../cases/lists.toml")),
        ("metadata.toml", include_str!("../cases/metadata.toml")),
        ("pages.toml", include_str!("../cases/pages.toml")),
        ("streaming_lists.toml", include_str!("../cases/streaming_lists.toml")),
        ("watches.toml", include_str!("../cases/watches.toml")),
        ("writes.toml", include_str!("../cases/writes.toml")),
    ];
    let parse = |(name, text): &(&str, &str)| {
        toml::from_str::<File>(text).unwrap_or_else(|error| panic!("{name}: {error}")).case
    };
    FILES.iter().flat_map(parse).collect()
}
