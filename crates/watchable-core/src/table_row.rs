//! Objects with the columns that `kubectl get` prints, which the server computes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::lenient::null_is_default;
use crate::{
    DynamicObject, DynamicTarget, Listed, Meta, NamespacedWatch, Resource, ResourceInfo, WatchItem,
    WatchTarget, json,
};

/// An object of type `T`, and its row in the server's table.
///
/// `Watcher::<TableRow<Pod>>` requests a `Table` (Kubernetes API concepts, "Receiving resources as Tables"), which
/// has the printer columns of custom resources too. With `TableRow<Meta<Pod>>`, objects have only their metadata. If
/// the server has no table of a resource, it sends objects without [`cells`](Self::cells). A synthetic delete has
/// none either.
///
/// The server computes the cells when it sends them: an age is that of then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableRow<T> {
    /// The columns, with the first row of a stream, and with the first after they have changed.
    #[serde(default, rename = "columnDefinitions", skip_serializing_if = "Option::is_none")]
    pub columns: Option<Box<[TableColumn]>>,
    /// The cells, one for each column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<Box<[Value]>>,
    /// The object.
    pub object: T,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableColumn {
    /// The heading, such as `Restarts`.
    #[serde(deserialize_with = "null_is_default")]
    pub name: String,
    /// The type, such as `string` or `integer`.
    #[serde(rename = "type", deserialize_with = "null_is_default")]
    pub column_type: String,
    /// How its values are to be understood, such as `name` or `date`; often empty.
    #[serde(deserialize_with = "null_is_default")]
    pub format: String,
    /// 0 if it is always shown. What has a higher number is shown where there is room, as with `-o wide`.
    #[serde(deserialize_with = "null_is_default")]
    pub priority: i32,
}

/// A row whose object is not decoded yet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRow<'a> {
    #[serde(default)]
    column_definitions: Option<Box<[TableColumn]>>,
    #[serde(default)]
    cells: Option<Box<[Value]>>,
    #[serde(borrow)]
    object: &'a RawValue,
}

impl<T: WatchTarget> WatchTarget for TableRow<T> {
    type Item = TableRow<T::Item>;
}

impl<T: WatchItem> WatchItem for TableRow<T> {
    fn metadata_only() -> bool {
        T::metadata_only()
    }

    fn as_table() -> bool {
        true
    }

    fn from_json(text: &[u8], drops_managed_fields: bool) -> Result<Self, json::Error> {
        let RawRow { column_definitions, cells, object } = json::from_slice(text)?;
        let object = T::from_json(object.get().as_bytes(), drops_managed_fields)?;
        Ok(Self { columns: column_definitions, cells, object })
    }

    fn fill_type_meta(&mut self, resource: &ResourceInfo) {
        self.object.fill_type_meta(resource);
    }
}

impl<T: Resource> Resource for TableRow<T> {
    const RESOURCE: ResourceInfo = T::RESOURCE;
}

/// The rows of a type can be watched exactly if the type can.
impl<T: Listed> Listed for TableRow<T> {
    type Kind = T::Kind;
}

impl<T: NamespacedWatch> NamespacedWatch for TableRow<T> {}

impl DynamicTarget for TableRow<DynamicObject> {}

impl DynamicTarget for TableRow<Meta<DynamicObject>> {}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"columnDefinitions":[{"name":"Name","type":"string","format":"name","description":"x","priority":0}],"cells":["a",3,null],"object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","managedFields":[{}]}}}"#;

    #[test]
    fn row_has_cells_columns_and_its_object() {
        let row = TableRow::<DynamicObject>::from_json(ROW.as_bytes(), false).unwrap();
        assert_eq!(row, serde_json::from_str(ROW).unwrap());
        let columns = row.columns.unwrap();
        assert_eq!((columns[0].name.as_str(), columns[0].format.as_str()), ("Name", "name"));
        assert_eq!(row.cells.as_deref().unwrap(), ["a".into(), 3.into(), Value::Null]);
        assert!(row.object.json().contains("managedFields"));
        let row = TableRow::<DynamicObject>::from_json(ROW.as_bytes(), true).unwrap();
        assert!(!row.object.json().contains("managedFields"));
    }

    #[test]
    fn row_without_cells_is_an_object() {
        let text = br#"{"object":{"metadata":{"name":"a"}}}"#;
        let row = TableRow::<Meta<DynamicObject>>::from_json(text, false).unwrap();
        assert_eq!((row.columns, row.cells), (None, None));
        assert_eq!(row.object.metadata.name.as_deref(), Some("a"));
        let error = TableRow::<DynamicObject>::from_json(br#"{"cells":[]}"#, false).unwrap_err();
        assert!(error.to_string().contains("object"), "{error}");
    }
}
