//! The token with which a list in pages goes on.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::object::Key;
use crate::error::ApiError;

/// Where a list goes on, and the revision that all its pages show; none where they show what is
/// there when they are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContinueToken {
    pub(crate) revision: Option<u64>,
    pub(crate) after: Key,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    v: String,
    /// Negative for what is there now.
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
    fn what_is_encoded_is_decoded() {
        for after in [Key::new(Some("shop"), "a-b.c"), Key::new(None, "node-1")] {
            for revision in [Some(1_234), None] {
                let token = ContinueToken { revision, after: after.clone() };
                assert_eq!(ContinueToken::decode(&token.encode()).unwrap(), token);
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["abc", "!!", "e30", ""] {
            let error = ContinueToken::decode(text).unwrap_err();
            assert_eq!((error.code(), error.reason()), (400, "BadRequest"), "{text}");
        }
    }
}
