//! The verb of a request.

use http::{Method, Request};
use serde::{Deserialize, Serialize};

use crate::requests::{Query, Route, parse_route};

/// The verb of a request, as RBAC names it.
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
    /// Returns the verb of a request for objects; `None` for others, such as discovery.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        let Route::Resource(path) = parse_route(request.uri().path()) else { return None };
        let named = path.name.is_some();
        Some(match *request.method() {
            Method::GET => {
                let query = Query::parse(request.uri().query().unwrap_or_default());
                if path.watch || query.is_ok_and(|query| query.flag("watch")) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verb_follows_from_method_path_and_query() {
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
}
