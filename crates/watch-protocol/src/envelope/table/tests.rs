//! Tests of the parser of tables.

use super::*;
use crate::event::EventType;
use crate::uid::Uid;

const OBJECT: &str = r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","namespace":"s","uid":"u","resourceVersion":"7"}}"#;

fn line(etype: &str, object: &str) -> Bytes {
    format!(r#"{{"type":"{etype}","object":{object}}}"#).into()
}

fn table_of(rows: &str) -> String {
    format!(
        r#"{{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{"resourceVersion":"9"}},"columnDefinitions":[{{"name":"Name"}}],"rows":[{rows}]}}"#
    )
}

fn row_of(object: &str) -> String {
    format!(r#"{{"cells":["a",1],"object":{object}}}"#)
}

fn event(line: &Bytes) -> (EventType, String, Identity, Columns) {
    match read(line, Scope::Namespaced).unwrap() {
        (Envelope::Event { etype, object, identity }, columns) => {
            assert_eq!(object.form, Form::Row);
            (etype, String::from_utf8(object.bytes.to_vec()).unwrap(), identity, columns)
        }
        other => panic!("{other:?}"),
    }
}

fn identity(version: &str) -> Identity {
    Identity {
        name: "a".to_owned(),
        namespace: "s".to_owned(),
        uid: Uid::of("u"),
        version: Some(version.to_owned()),
        content: 0,
    }
}

#[test]
fn event_is_a_table_of_one_row() {
    let row = row_of(OBJECT);
    let (etype, object, found, columns) = event(&line("DELETED", &table_of(&row)));
    assert_eq!((etype, object, found), (EventType::Deleted, row, identity("7")));
    assert_eq!(columns.unwrap(), r#"[{"name":"Name"}]"#);
    // The version may be the table's alone.
    let row = row_of(&OBJECT.replace(r#","resourceVersion":"7""#, ""));
    let without = table_of(&row).replace(r#"[{"name":"Name"}]"#, "null");
    let (_, _, found, columns) = event(&line("ADDED", &without));
    assert_eq!((found, columns), (identity("9"), None));
}

#[test]
fn other_numbers_of_rows_are_errors() {
    let row = row_of(OBJECT);
    for (rows, number) in [(String::new(), 0), (format!("{row},{row}"), 2)] {
        let error = read(&line("ADDED", &table_of(&rows)), Scope::Namespaced).unwrap_err();
        assert_eq!(error.to_string(), format!("its table has {number} rows, not one"));
    }
}

#[test]
fn object_in_place_of_a_table_is_a_row_without_cells() {
    let object = OBJECT.replace("PartialObjectMetadata", "Pod");
    let (_, row, found, columns) = event(&line("MODIFIED", &object));
    assert_eq!(row, format!(r#"{{"object":{object}}}"#));
    assert_eq!((found, columns), (identity("7"), None));
    // A custom resource may have members of any name.
    let object = OBJECT.replace(r#""kind""#, r#""object":{},"rows":[],"kind""#);
    let (_, row, ..) = event(&line("MODIFIED", &object));
    assert_eq!(row, format!(r#"{{"object":{object}}}"#));
    let (row, found) = list_item(&Bytes::from(object.clone()), Scope::Namespaced);
    assert_eq!(row.as_json().unwrap(), object.as_bytes());
    assert_eq!(found, identity("7"));
}

#[test]
fn bookmark_has_columns_and_ends_a_streaming_list() {
    let bookmark = |object: &str| match read(&line("BOOKMARK", object), Scope::Namespaced).unwrap()
    {
        (Envelope::Bookmark { version, ends_initial_list }, columns) => {
            (version.unwrap(), ends_initial_list, columns.is_some())
        }
        other => panic!("{other:?}"),
    };
    let ends = r#"{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}"#;
    let plain = r#"{"metadata":{"resourceVersion":"9"}}"#;
    let is = |ends, columns| ("9".to_owned(), ends, columns);
    assert_eq!(bookmark(&table_of(&row_of(ends))), is(true, true));
    assert_eq!(bookmark(&table_of(&row_of(plain))), is(false, true));
    assert_eq!(bookmark(&table_of("")), is(false, true));
    assert_eq!(bookmark(ends), is(true, false));
    assert_eq!(bookmark(plain), is(false, false));
}

#[test]
fn columns_are_added_to_a_row() {
    let row = with_columns(&Bytes::from_static(br#"{"cells":[],"object":{}}"#), b"[1]");
    assert_eq!(row, r#"{"columnDefinitions":[1],"cells":[],"object":{}}"#);
    assert!(has_cells(&row));
    assert!(!has_cells(br#"{"object":{}}"#));
}

#[test]
fn error_is_a_status() {
    let status = r#"{"kind":"Status","code":410,"message":"gone"}"#;
    let (read, _) = read(&line("ERROR", status), Scope::Namespaced).unwrap();
    assert!(matches!(read, Envelope::Error(status) if status.code == 410));
}
