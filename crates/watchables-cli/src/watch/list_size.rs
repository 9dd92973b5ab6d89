//! How many objects a list has, where the list itself does not say: a streamed one.

use std::cell::Cell;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use watchables::{Client, ResourceInfo};

/// The size of a list, which is requested when it is first asked for.
pub(crate) struct ListSize {
    client: Client,
    path: String,
    was_requested: Cell<bool>,
    size: Arc<OnceLock<u64>>,
}

impl ListSize {
    pub(crate) fn new(client: Client, resource: &ResourceInfo, namespace: Option<&str>) -> Self {
        let path = resource.collection_path(namespace);
        Self { client, path, was_requested: Cell::default(), size: Arc::default() }
    }

    /// Returns the size, once it is known. The server does not know it if there are selectors.
    pub(crate) fn get(&self) -> Option<u64> {
        if !self.was_requested.replace(true) {
            let (client, path, size) =
                (self.client.clone(), self.path.clone(), Arc::clone(&self.size));
            tokio::spawn(async move {
                if let Some(requested) = request(&client, &path).await {
                    let _ = size.set(requested);
                }
            });
        }
        self.size.get().copied()
    }
}

#[derive(Deserialize)]
struct Page {
    metadata: PageMetadata,
    items: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageMetadata {
    remaining_item_count: Option<u64>,
}

/// A failure only makes what is shown a little poorer.
async fn request(client: &Client, path: &str) -> Option<u64> {
    let request = http::Request::get(format!("{path}?limit=1")).body(Vec::new()).ok()?;
    let page: Page = serde_json::from_str(&client.request_text(request).await.ok()?).ok()?;
    Some(page.items.len() as u64 + page.metadata.remaining_item_count?)
}
