//! A generic list type, for resources without one of their own.

use serde::{Deserialize, Serialize};

use crate::{ResourceInfo, WatchItem, WatchTarget, lenient};

/// The metadata of a list (`ListMeta`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMetadata {
    /// The resource version of the collection that the list is a snapshot of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// The token for the next page; absent or empty on the last page.
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    pub continue_: Option<String>,
    /// The number of items on later pages, if the server counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_item_count: Option<i64>,
}

/// A list of objects of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct ObjectList<T> {
    /// The list's `apiVersion`, such as `stable.example.com/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The list's kind, such as `CronTabList`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The list's metadata.
    #[serde(default)]
    pub metadata: ListMetadata,
    /// The objects.
    #[serde(default = "Vec::new", deserialize_with = "lenient::null_is_default")]
    pub items: Vec<T>,
}

impl<T> WatchTarget for ObjectList<T>
where
    T: WatchItem + WatchTarget<Item = T>,
{
    type Item = T;
}

impl<T: WatchItem> ObjectList<T> {
    /// Fills in the `apiVersion` and `kind` of every item that lacks them.
    pub fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        for item in &mut self.items {
            item.fill_type_meta(resource);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_get_their_type_meta_filled_in() {
        const POD: ResourceInfo =
            ResourceInfo::new("", "v1", "Pod", "pods", crate::Scope::Namespaced);
        let text = r#"{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}},{}]}"#;
        let mut list: ObjectList<crate::DynamicObject> = serde_json::from_str(text).unwrap();
        list.fill_type_meta(&POD);
        assert_eq!(list.metadata.resource_version.as_deref(), Some("7"));
        assert!(list.items.iter().all(|item| item.kind() == Some("Pod")), "{:?}", list.items);
        let empty: ObjectList<crate::DynamicObject> =
            serde_json::from_str(r#"{"items":null}"#).unwrap();
        assert!(empty.items.is_empty());
    }
}
