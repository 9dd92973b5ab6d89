//! What a case says: requests, and the essential shape of what comes back.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::target::{Needs, Release};

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One fact of the protocol, and the requests that show it.
///
/// `{ns}` in a step is a namespace of the case's own, `{run}` the run's label for what lies in none,
/// `{large}` a text of more than half a megabyte; other names in braces are what earlier steps kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The fact.
    pub name: String,
    /// The first release that it is true of; of all, where there is none.
    pub since: Option<Release>,
    /// The first release that it is no longer true of.
    pub before: Option<Release>,
    /// What the server's owner must be able to do to it.
    pub needs: Option<Needs>,
    /// Requests in order.
    pub step: Vec<Step>,
}

/// One request, and what is expected.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Method and target, such as `GET /api/v1/pods`; or one of the [`Needs`], to be done now.
    pub send: String,
    /// The body, as JSON.
    pub body: Option<String>,
    /// `Content-Type`; `application/json` where there is none.
    pub content_type: Option<String>,
    /// `Accept`.
    pub accept: Option<String>,
    /// `Accept-Encoding`; the answer then has no `Content-Encoding`.
    pub accept_encoding: Option<String>,
    /// The HTTP status; 200 or 201 where there is none.
    pub status: Option<u16>,
    /// The shape of the answer, as JSON: see `shape`.
    pub is: Option<String>,
    /// What the answer's text contains, where it is not JSON.
    pub says: Option<String>,
    /// For a watch, which must end by itself: the shapes of all its events in order, as JSON.
    pub events: Option<Vec<String>>,
    /// For a watch: what is sent when it has begun.
    #[serde(default)]
    pub meanwhile: Vec<Step>,
    /// What later steps may name: names, and JSON pointers into the answer.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    /// Send it again for a while, until the answer is as expected.
    #[serde(default)]
    pub again: bool,
}

/// All cases there are.
///
/// # Panics
///
/// A file is not of the format.
pub fn cases() -> Vec<Case> {
    const FILES: &[(&str, &str)] = &[
        ("apply.toml", include_str!("../cases/apply.toml")),
        ("custom.toml", include_str!("../cases/custom.toml")),
        ("discovery.toml", include_str!("../cases/discovery.toml")),
        ("gone.toml", include_str!("../cases/gone.toml")),
        ("initial.toml", include_str!("../cases/initial.toml")),
        ("lists.toml", include_str!("../cases/lists.toml")),
        ("pages.toml", include_str!("../cases/pages.toml")),
        ("watches.toml", include_str!("../cases/watches.toml")),
        ("writes.toml", include_str!("../cases/writes.toml")),
    ];
    let read = |(name, text): &(&str, &str)| {
        toml::from_str::<File>(text).unwrap_or_else(|error| panic!("{name}: {error}")).case
    };
    FILES.iter().flat_map(read).collect()
}
