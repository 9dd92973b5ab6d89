//! A list of any kind, for resources whose authors wrote no list type of their own.

use serde::{Deserialize, Serialize};

use crate::{ResourceInfo, WatchItem, WatchTarget, lenient};

/// What an API server says of a list as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMetadata {
    /// The version of the collection at which the list was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// The token for the next page; absent or empty on the last.
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    pub continue_: Option<String>,
    /// How many items follow on later pages, where the server counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_item_count: Option<i64>,
}

/// A list of objects of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct ObjectList<T> {
    /// The schema's version, such as `v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The list's kind, such as `CronTabList`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the server says of the list as a whole.
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

/// So that a list's items can be told their kind in one go.
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
    fn items_are_told_their_kind() {
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
