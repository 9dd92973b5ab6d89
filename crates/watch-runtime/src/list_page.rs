//! A page of a list: its items as raw bytes, and what the list says of itself.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use watchable_core::ListMetadata;
use watchable_core::lenient::null_is_default;

/// A page of a list, its items not yet decoded.
#[derive(Debug)]
pub(crate) struct ListPage {
    pub(crate) items: VecDeque<Bytes>,
    pub(crate) version: Option<String>,
    /// The token for the next page, if there is one.
    pub(crate) continue_: Option<String>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default, deserialize_with = "null_is_default")]
    metadata: ListMetadata,
    #[serde(borrow, default, deserialize_with = "null_is_default")]
    items: Vec<&'a RawValue>,
}

/// Reads a page from a whole response body.
pub(crate) fn read(body: &Bytes) -> Result<ListPage, serde_json::Error> {
    let Page { metadata, items } = serde_json::from_slice(body)?;
    Ok(ListPage {
        items: items.into_iter().map(|item| body.slice_ref(item.get().as_bytes())).collect(),
        version: metadata.resource_version.filter(|v| !v.is_empty()),
        continue_: metadata.continue_.filter(|token| !token.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_version_and_token_are_read() {
        let body = Bytes::from_static(
            b"{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"t\",\"remainingItemCount\":3},\"items\":[{\"a\":1},\n {\"b\":2}]}\n",
        );
        let page = read(&body).unwrap();
        assert_eq!(page.items, [&b"{\"a\":1}"[..], b"{\"b\":2}"]);
        assert_eq!((page.version.as_deref(), page.continue_.as_deref()), (Some("7"), Some("t")));
    }

    #[test]
    fn null_items_and_an_empty_token_are_none() {
        let body = Bytes::from_static(
            br#"{"metadata":{"resourceVersion":"7","continue":""},"items":null}"#,
        );
        let page = read(&body).unwrap();
        assert!(page.items.is_empty() && page.continue_.is_none());
    }
}
