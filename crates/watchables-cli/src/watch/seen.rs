//! What is received of an object: the object, and its row in the server's table if columns are printed.

use serde_json::Value;
use watchables::{Accepts, DynamicObject, Meta, RawJson, ResourceInfo, TableColumn, TableRow};

/// The items of the stream.
pub(crate) struct Seen {
    pub(crate) object: DynamicObject,
    pub(crate) row: Row,
}

/// The row of an object.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The columns, if they are new.
    pub(crate) columns: Option<Box<[TableColumn]>>,
    /// `None` of an object that was deleted unseen, and of a resource that has no table.
    pub(crate) cells: Option<Box<[Value]>>,
}

impl Accepts<DynamicObject> for Seen {
    fn accept(object: DynamicObject, _: &ResourceInfo) -> Self {
        Self { object, row: Row::default() }
    }
}

impl Accepts<TableRow<DynamicObject>> for Seen {
    fn accept(row: TableRow<DynamicObject>, _: &ResourceInfo) -> Self {
        let TableRow { columns, cells, object } = row;
        Self { object, row: Row { columns, cells } }
    }
}

impl Accepts<TableRow<Meta<DynamicObject>>> for Seen {
    fn accept(row: TableRow<Meta<DynamicObject>>, _: &ResourceInfo) -> Self {
        let TableRow { columns, cells, object } = row;
        let object = RawJson::from_value(&object).and_then(|json| json.decode());
        let object = object.expect("metadata is a JSON object");
        Self { object, row: Row { columns, cells } }
    }
}
