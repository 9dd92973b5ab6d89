//! The objects of a document: itself, or the items of a list.

use serde_json::{Value, json};

/// Returns the document's objects, and whether it is a list. An item of a typed list (`ConfigMapList`) may
/// lack its kind and version, which are then those of the list.
pub(crate) fn objects_of(mut document: Value) -> (Vec<Value>, bool) {
    // As kubectl does, a `List` may lack its items.
    let is_empty = document["kind"] == "List" && document["items"].is_null();
    if is_empty && document["apiVersion"] == "v1" {
        return (Vec::new(), true);
    }
    let kind = document["kind"].as_str().and_then(|kind| kind.strip_suffix("List"));
    let (Some(kind), Some(_)) = (kind, document["items"].as_array()) else {
        return (vec![document], false);
    };
    let (kind, api_version) = (kind.to_owned(), document["apiVersion"].clone());
    let Value::Array(mut items) = document["items"].take() else { return (Vec::new(), true) };
    for item in &mut items {
        let is_typed = !item["kind"].is_null() || !item["apiVersion"].is_null();
        if let (Value::Object(members), false, false) = (item, is_typed, kind.is_empty()) {
            members.insert("kind".into(), json!(kind));
            members.insert("apiVersion".into(), api_version.clone());
        }
    }
    (items, true)
}
