//! The continue token of a paged list.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::object::Key;
use crate::error::ApiError;

/// The key after which the next page starts, and the revision of all pages; no revision for a list
/// that continues with the current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContinueToken {
    pub(crate) revision: Option<u64>,
    pub(crate) after: Key,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: String,
    /// Negative for the current state.
    rv: i64,
    start: String,
}

const VERSION: &str = "meta.k8s.io/v1";

impl ContinueToken {
    pub(crate) fn encode(&self) -> String {
        let wire = Wire {
            v: VERSION.to_owned(),
            rv: self.revision.map_or(-1, |r| i64::try_from(r).unwrap_or(i64::MAX)),
            start: format!("{}/{}", self.after.namespace, self.after.name),
        };
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::json!(wire).to_string())
    }

    pub(crate) fn decode(text: &str) -> Result<Self, ApiError> {
        let bad = |why: String| {
            ApiError::bad_request(format!(
                "invalid continue token: continue key is not valid: {why}"
            ))
        };
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|error| bad(error.to_string()))?;
        let wire: Wire = serde_json::from_slice(&json).map_err(|error| bad(error.to_string()))?;
        match wire.start.split_once('/') {
            Some((namespace, name)) if wire.v == VERSION => Ok(Self {
                revision: u64::try_from(wire.rv).ok(),
                after: Key::new(Some(namespace), name),
            }),
            _ => Err(bad(format!("server does not recognize this encoded version {:?}", wire.v))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_round_trips() {
        for after in [Key::new(Some("shop"), "a-b.c"), Key::new(None, "node-1")] {
            for revision in [Some(1_234), None] {
                let token = ContinueToken { revision, after: after.clone() };
                assert_eq!(ContinueToken::decode(&token.encode()).unwrap(), token);
            }
        }
    }

    #[test]
    fn malformed_token_is_a_bad_request() {
        for text in ["abc", "!!", "e30", ""] {
            let error = ContinueToken::decode(text).unwrap_err();
            assert_eq!((error.code(), error.reason()), (400, "BadRequest"), "{text}");
        }
    }
}
