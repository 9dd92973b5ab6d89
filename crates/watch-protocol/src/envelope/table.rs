//! Parses rows of tables: an event of a watch, and a list's item (Kubernetes API concepts, "Receiving resources as
//! Tables").
//!
//! In a watch, an object is a table of one row, and only the first of a response has columns, even if that is a
//! bookmark's. A server that has no table of a resource sends the objects.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;
use watchable_core::{Scope, json};

use crate::envelope::json as plain;
use crate::envelope::kind::Envelope;
use crate::identity::Identity;
use crate::raw_object::{self, Form, RawObject};

/// The definitions of a table's columns, as they were received.
pub(crate) type Columns = Option<Bytes>;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Table<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    column_definitions: Option<&'a RawValue>,
    #[serde(borrow)]
    rows: Option<Vec<&'a RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Bookmark<'a> {
    #[serde(borrow)]
    object: Option<&'a RawValue>,
}

/// Parses an event. Returns it with the columns that came with it.
///
/// # Errors
///
/// It is neither an event nor a `Status`, or its table has another number of rows than one.
pub(crate) fn read(line: &Bytes, scope: Scope) -> Result<(Envelope, Columns), json::Error> {
    match plain::read(line, scope)? {
        Envelope::Event { etype, object, identity } => {
            let Some(table) = table(&object.bytes) else {
                return Ok((Envelope::Event { etype, object: wrap(&object), identity }, None));
            };
            let columns = columns(&object.bytes, &table);
            let rows = table.rows.unwrap_or_default();
            let [row] = rows[..] else {
                let why = format!("its table has {} rows, not one", rows.len());
                return Err(json::Error::custom(why));
            };
            let row = object.bytes.slice_ref(row.get().as_bytes());
            let (object, mut of_row) = list_item(&row, scope);
            of_row.version = of_row.version.or(identity.version);
            Ok((Envelope::Event { etype, object, identity: of_row }, columns))
        }
        Envelope::Bookmark { version, ends_initial_list } => {
            let bookmark: Bookmark<'_> = json::from_slice(line).unwrap_or_default();
            let object = bookmark.object.map(|object| line.slice_ref(object.get().as_bytes()));
            let table = object.as_ref().and_then(|object| Some((object, table(object)?)));
            let Some((object, table)) = table else {
                return Ok((Envelope::Bookmark { version, ends_initial_list }, None));
            };
            let columns = columns(object, &table);
            // The annotation is in the metadata of the row's object.
            let mut rows = table.rows.into_iter().flatten();
            let ends = rows.any(|row| {
                raw_object::object_of_row(row.get().as_bytes())
                    .is_some_and(plain::ends_initial_list)
            });
            Ok((
                Envelope::Bookmark { version, ends_initial_list: ends_initial_list || ends },
                columns,
            ))
        }
        other => Ok((other, None)),
    }
}

/// Parses the identity of an item: of a row, or of an object. Returns it with the row.
pub(crate) fn list_item(item: &Bytes, scope: Scope) -> (RawObject, Identity) {
    let (item, identity) = plain::list_item(item, scope);
    let Some(object) = raw_object::object_of_row(&item) else {
        return (wrap(&RawObject::json(item)), identity);
    };
    let (_, identity) = plain::list_item(&item.slice_ref(object), scope);
    (RawObject { form: Form::Row, bytes: item }, identity)
}

/// Returns an object as a row without cells.
pub(crate) fn wrap(object: &RawObject) -> RawObject {
    let bytes = [br#"{"object":"#, &object.bytes[..], b"}"].concat().into();
    RawObject { form: Form::Row, bytes }
}

/// Returns a row with the definitions of its columns.
pub(crate) fn with_columns(row: &Bytes, columns: &[u8]) -> Bytes {
    let members = row.trim_ascii_start();
    let members = members.strip_prefix(b"{").unwrap_or(members);
    [br#"{"columnDefinitions":"#, columns, b",", members].concat().into()
}

fn table(object: &[u8]) -> Option<Table<'_>> {
    let table: Table<'_> = json::from_slice(object).ok()?;
    (table.kind?.get() == r#""Table""#).then_some(table)
}

fn columns(of: &Bytes, table: &Table<'_>) -> Columns {
    table.column_definitions.map(|columns| of.slice_ref(columns.get().as_bytes()))
}

/// Returns whether a row has cells.
pub(crate) fn has_cells(row: &[u8]) -> bool {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Row<'a> {
        #[serde(borrow)]
        cells: Option<&'a RawValue>,
    }

    json::from_slice::<Row<'_>>(row).is_ok_and(|row| row.cells.is_some())
}
