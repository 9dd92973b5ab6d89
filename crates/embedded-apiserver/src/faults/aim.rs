//! Which requests a fault strikes: by path, by verb, by count and by chance.

use http::{Method, Request};
use serde::{Deserialize, Serialize};

use crate::api::{Query, Route, route};
use crate::random::Random;

/// What a request asks for, in the words of RBAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    /// The verb of a request for objects; `None` of discovery and the like.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let Route::Target(target) = route(request.uri().path()) else { return None };
        let named = target.name.is_some();
        Some(match *request.method() {
            Method::GET => {
                let query = Query::parse(request.uri().query().unwrap_or_default());
                if target.watch || query.is_ok_and(|query| query.flag("watch")) {
                    Self::Watch
                } else if named {
                    Self::Get
                } else {
                    Self::List
                }
            }
            Method::POST => Self::Create,
            Method::PUT => Self::Update,
            Method::PATCH => Self::Patch,
            Method::DELETE if named => Self::Delete,
            Method::DELETE => Self::DeleteCollection,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Aim {
    /// The whole path; with a `*` at its end, its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verb: Option<Verb>,
    /// The first of the requests to be struck, counted from 1 among those that fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nth: Option<u64>,
    /// How many are struck at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    /// The probability with which one is struck.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chance: Option<f64>,
    pub(super) seed: u64,
}

impl Aim {
    pub(super) fn fits(&self, path: &str, verb: Option<Verb>) -> bool {
        let path_fits = self.path.as_deref().is_none_or(|aimed| match aimed.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == aimed,
        });
        path_fits && (self.verb.is_none() || self.verb == verb)
    }

    /// Whether the request that is the `seen`th to fit is struck, after `struck` others were.
    pub(super) fn hits(&self, seen: u64, struck: u64, random: &mut Random) -> bool {
        // An nth alone is one request.
        let times = self.times.unwrap_or(match (self.nth, self.chance) {
            (Some(_), None) => 1,
            _ => u64::MAX,
        });
        if seen < self.nth.unwrap_or(1) || struck >= times {
            return false;
        }
        self.chance.is_none_or(|chance| random.fraction() < chance)
    }

    /// Says what is wrong with it, if anything is.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.chance, self.nth) {
            (Some(chance), _) if !(0.0..=1.0).contains(&chance) => {
                Err(format!("chance is {chance}, not between 0 and 1"))
            }
            (_, Some(0)) => Err("nth is 0; requests are counted from 1".to_owned()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_told_by_method_path_and_query() {
        for (method, uri, verb) in [
            ("GET", "/api/v1/pods", Some(Verb::List)),
            ("GET", "/api/v1/pods?watch=1", Some(Verb::Watch)),
            ("GET", "/api/v1/watch/pods", Some(Verb::Watch)),
            ("GET", "/api/v1/namespaces/a/pods/b", Some(Verb::Get)),
            ("DELETE", "/api/v1/namespaces/a/pods", Some(Verb::DeleteCollection)),
            ("GET", "/version", None),
        ] {
            let request = Request::builder().method(method).uri(uri).body(()).unwrap();
            assert_eq!(Verb::of(&request), verb, "{method} {uri}");
        }
    }

    #[test]
    fn an_aim_counts_and_ends() {
        let mut random = Random::seeded(1);
        let mut struck = |aim: &Aim| {
            let mut struck = Vec::new();
            for seen in 1..=6 {
                let before = u64::try_from(struck.len()).unwrap();
                if aim.hits(seen, before, &mut random) {
                    struck.push(seen);
                }
            }
            struck
        };
        assert_eq!(struck(&Aim::default()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(struck(&Aim { nth: Some(3), ..Aim::default() }), [3]);
        assert_eq!(struck(&Aim { nth: Some(2), times: Some(3), ..Aim::default() }), [2, 3, 4]);
        assert_eq!(struck(&Aim { chance: Some(0.0), ..Aim::default() }), [0_u64; 0]);
        assert_eq!(struck(&Aim { chance: Some(1.0), nth: Some(5), ..Aim::default() }), [5, 6]);
    }

    #[test]
    fn paths_are_whole_or_end_in_a_star() {
        let aim = |path: &str| Aim { path: Some(path.to_owned()), ..Aim::default() };
        assert!(aim("/api/v1/pods").fits("/api/v1/pods", None));
        assert!(!aim("/api/v1/pods").fits("/api/v1/pods/a", None));
        assert!(aim("/api/*").fits("/api/v1/pods/a", None));
    }
}
