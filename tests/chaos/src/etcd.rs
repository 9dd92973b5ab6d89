//! A watch of all keys of etcd, over its JSON gateway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Error, Response};
use serde_json::json;

/// A watch that has begun.
pub(crate) struct Watch {
    response: Response,
    unread: Vec<u8>,
}

impl Watch {
    /// Begins at a revision, or with what happens from now on if it is 0.
    pub(crate) async fn begin(etcd: &str, revision: u64) -> Result<Self, String> {
        let all = json!({"create_request": {
            "key": STANDARD.encode("/registry/"), "range_end": STANDARD.encode("/registry0"),
            "start_revision": revision.to_string(),
        }});
        let failed = |error: Error| format!("etcd's watch: {error}");
        let response = Client::new().post(format!("{etcd}/v3/watch")).json(&all).send();
        let mut response = response.await.and_then(Response::error_for_status).map_err(failed)?;
        // It says that the watch has begun.
        let first = response.chunk().await.map_err(failed)?.ok_or("etcd's watch has ended")?;
        Ok(Self { response, unread: first.to_vec() })
    }

    /// Returns the next line. `None` if the connection is broken.
    pub(crate) async fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                return Some(self.unread.drain(..=end).collect());
            }
            self.unread.extend_from_slice(&self.response.chunk().await.ok()??);
        }
    }
}
