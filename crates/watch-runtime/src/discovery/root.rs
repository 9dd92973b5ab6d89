//! The groups below `/api` or `/apis`: what they serve, and which could not be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt as _;
use kube_client::Client;
use serde_json::Value;
use tokio::time::timeout;
use watchable_core::ServedResource;

use crate::discovery::documents::{RootDocument, resource_list};
use crate::discovery::failure::{Failure, Reason, TIMEOUT};
use crate::discovery::omitted::Omitted;
use crate::discovery::response::get;

/// The number of group versions requested concurrently.
const MAX_CONCURRENT_REQUESTS: usize = 16;

/// What is below `/api` or `/apis`.
#[derive(Debug, Default)]
pub(super) struct Root {
    pub(super) served: Vec<ServedResource>,
    pub(super) omitted: Vec<Omitted>,
}

impl Root {
    /// Reads the groups below `path`. A group that cannot be read is omitted.
    ///
    /// # Errors
    ///
    /// Fails if `path` itself cannot be read. If the server rejects it with 403 or 404, all its groups are
    /// omitted: an aggregated API server by itself has no `/api`.
    pub(super) async fn fetch(
        client: &Client,
        path: &str,
        was_reached: &AtomicBool,
    ) -> Result<Self, Arc<Failure>> {
        let is_core = path == "/api";
        let document = match reached(get(client, path).await, was_reached) {
            Ok(document) => RootDocument::parse(&document, path),
            Err(failure) if matches!(failure.code(), Some(403 | 404)) => {
                let group = is_core.then(String::new);
                let omitted = vec![Omitted { group, failure: Arc::new(failure) }];
                return Ok(Self { served: Vec::new(), omitted });
            }
            Err(failure) => return Err(Arc::new(failure)),
        };
        let mut root = Self { served: document.resources, omitted: document.omitted };
        let requests = document.versions.into_iter().map(|version| async move {
            // Slow parts do not prolong a group's time.
            let response = timeout(TIMEOUT, get(client, &version.path())).await;
            let response =
                response.unwrap_or_else(|_| Err(Failure::new(&version.path(), Reason::Timeout)));
            (version, reached(response, was_reached))
        });
        let mut responses = futures::stream::iter(requests).buffered(MAX_CONCURRENT_REQUESTS);
        while let Some((version, response)) = responses.next().await {
            match response {
                Ok(document) => root.served.extend(resource_list(&document, &version)),
                Err(failure) => root
                    .omitted
                    .push(Omitted { group: Some(version.group), failure: Arc::new(failure) }),
            }
        }
        Ok(root)
    }

    /// Returns the failure of the root itself, if all its groups are omitted because of it.
    pub(super) fn rejection(&self) -> Option<&Arc<Failure>> {
        let [Omitted { failure, .. }] = self.omitted.as_slice() else { return None };
        (failure.is_of_root() && failure.code().is_some()).then_some(failure)
    }

    /// Returns whether another request may return more groups.
    pub(super) fn may_grow(&self) -> bool {
        self.omitted.iter().any(|group| group.failure.is_transient())
    }
}

/// Records that the server was reached. From then on, a connection that fails may succeed later; before,
/// its address or the credentials are probably wrong.
fn reached(response: Result<Value, Failure>, was_reached: &AtomicBool) -> Result<Value, Failure> {
    match response {
        Err(failure @ Failure { reason: Reason::NoResponse(_), .. }) => {
            let failure = if was_reached.load(Ordering::Relaxed) {
                Failure { reason: Reason::Disconnected, ..failure }
            } else {
                failure
            };
            Err(failure)
        }
        response => {
            let timed_out = matches!(&response, Err(Failure { reason: Reason::Timeout, .. }));
            was_reached.fetch_or(!timed_out, Ordering::Relaxed);
            response
        }
    }
}
