//! Tests of the parser of lists.

use super::*;

fn read(chunks: &[&[u8]]) -> (Vec<String>, Result<PageMetadata, String>) {
    let mut body = JsonList::default();
    let mut items = Vec::new();
    for chunk in chunks {
        body.push(chunk);
        while let Some(item) = body.next_item() {
            items.push(String::from_utf8(item.to_vec()).unwrap());
        }
    }
    let end = body.finish().map_err(|error| match error {
        NoList::Status(status) => status.to_string(),
        NoList::Malformed(error) => error.to_string(),
    });
    (items, end)
}

const LIST: &str = r#"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"t","remainingItemCount":3},"items":[{"a":"]},{\"","items":[1,[2]]},
 {"ü":{}}, {}],"apiVersion":"v1"}
"#;

#[test]
fn items_and_metadata_do_not_depend_on_where_chunks_end() {
    let end = PageMetadata {
        version: Some("7".to_owned()),
        continue_token: Some("t".to_owned()),
        remaining: Some(3),
        shard_selector: None,
    };
    let items = [r#"{"a":"]},{\"","items":[1,[2]]}"#, r#"{"ü":{}}"#, "{}"].map(str::to_owned);
    let body = LIST.as_bytes();
    for at in 0..=body.len() {
        let (got, metadata) = read(&[&body[..at], &body[at..]]);
        assert_eq!((got, metadata.as_ref()), (items.to_vec(), Ok(&end)), "split at {at}");
    }
    let bytes: Vec<_> = body.chunks(1).collect();
    assert_eq!(read(&bytes), (items.to_vec(), Ok(end)));
}

#[test]
fn applied_shard_selector_is_parsed() {
    for (info, expected) in [
        (r#"{"selector":"shardRange(a)"}"#, Some("shardRange(a)")),
        ("{}", None),
        ("null", None),
        ("7", None),
    ] {
        let list =
            format!(r#"{{"metadata":{{"resourceVersion":"7","shardInfo":{info}}},"items":[]}}"#);
        let (_, end) = read(&[list.as_bytes()]);
        let end = end.unwrap();
        assert_eq!((end.version.as_deref(), end.shard_selector.as_deref()), (Some("7"), expected));
    }
}

#[test]
fn items_are_returned_before_the_list_is_complete() {
    let mut body = JsonList::default();
    body.push(br#"{"items":[{"a":1},{"b"#);
    assert_eq!(body.next_item().unwrap(), br#"{"a":1}"#[..]);
    assert_eq!(body.next_item(), None);
    assert_eq!(body.buffered(), r#"{"b"#.len(), "no more than the item that has begun is kept");
}

#[test]
fn null_items_empty_token_and_trailing_metadata_are_parsed() {
    for list in [
        r#"{"items":null,"metadata":{"resourceVersion":"7","continue":""}}"#,
        r#"{"items": [ ], "metadata":{"resourceVersion":"7"}}"#,
        r#"{"metadata":{"items":[1],"resourceVersion":"7"},"items":[]}"#,
        r#"{"metadata":{"resourceVersion":"7"},"more":[[1]],"it\u0065ms":[]}"#,
    ] {
        let (items, end) = read(&[list.as_bytes()]);
        let version = Some("7".to_owned());
        assert_eq!(end, Ok(PageMetadata { version, ..PageMetadata::default() }), "{list}");
        assert!(items.is_empty(), "{list}");
    }
}

#[test]
fn truncated_list_and_other_documents_are_rejected() {
    for text in [
        "",
        "<html>",
        "null",
        "{}",
        r#"{"metadata":{}}"#,
        r#"{"items":{}}"#,
        r#"{"items":["#,
        r#"{"items":[{},"#,
        r#"{"items":[]"#,
        r#"{"it\u0065ms":[{}]}"#,
        "]]}}",
        "[{}]",
        "[]",
        r#"{"kind":"Pod","metadata":{"name":"a","resourceVersion":"7"}}"#,
        r#"{"kind":"Table","metadata":{"resourceVersion":"7"},"rows":[]}"#,
        r#"{"metadata":{"resourceVersion":"7"}}"#,
    ] {
        assert!(read(&[text.as_bytes()]).1.is_err(), "{text}");
    }
    let (_, omitted) = read(&[br#"{"kind":"PodList","metadata":{"resourceVersion":"7"}}"#]);
    assert_eq!(omitted.unwrap().version.as_deref(), Some("7"));
    let status = r#"{"kind":"Status","metadata":{"resourceVersion":"7"},"message":"tunnel disconnect","code":503}"#;
    assert_eq!(read(&[status.as_bytes()]).1.unwrap_err(), "tunnel disconnect (503)");
}

#[test]
fn items_that_are_no_objects_are_separate_items() {
    let items = ["null", r#""a \"]},{""#, "1", "true", "{}", "[2]", "\"\""];
    let body = format!(r#"{{"items":[{}],"metadata":{{}}}}"#, items.join(", "));
    for at in 0..=body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let (read, end) = read(&[first, second]);
        assert_eq!(read, items, "split at {at}");
        assert!(end.is_ok(), "split at {at}");
    }
}

#[test]
fn metadata_of_another_shape_is_absent() {
    for (metadata, version) in [
        ("null", None),
        ("\"text\"", None),
        ("{}", None),
        (r#"{"resourceVersion":""}"#, None),
        (r#"{"resourceVersion":"0"}"#, None),
        (r#"{"resourceVersion":7}"#, Some("7")),
        (r#"{"resourceVersion":"7","continue":null,"remainingItemCount":"many"}"#, Some("7")),
    ] {
        let (items, end) = read(&[format!(r#"{{"metadata":{metadata},"items":[1]}}"#).as_bytes()]);
        let version = version.map(str::to_owned);
        assert_eq!(items, ["1"]);
        assert_eq!(end, Ok(PageMetadata { version, ..PageMetadata::default() }));
    }
}

#[test]
fn byte_order_mark_is_skipped() {
    let (items, end) = read(&["\u{feff}".as_bytes(), LIST.as_bytes()]);
    assert_eq!((items.len(), end.unwrap().version.as_deref()), (3, Some("7")));
}

#[test]
fn stray_bracket_between_items_is_an_item() {
    for body in ["{\"items\":[}", "{\"items\":[:", "{\"items\":[}]}"] {
        let (items, _) = read(&[body.as_bytes(), b" "]);
        assert_eq!(items.len(), 1, "{body}");
    }
}

const TABLE: &str = r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7","continue":"t"},"columnDefinitions":[{"name":"Name","description":"rows\":["}],"rows":[{"cells":["a"],"object":{}},{"cells":["b"],"object":{"items":[1]}}]}"#;

#[test]
fn rows_and_columns_do_not_depend_on_where_chunks_end() {
    let body = TABLE.as_bytes();
    for at in 0..=body.len() {
        let mut list = JsonList::new(true);
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for chunk in [&body[..at], &body[at..]] {
            list.push(chunk);
            while let Some(row) = list.next_item() {
                columns.extend(list.take_columns());
                rows.push(row);
            }
        }
        let cells =
            [&br#"{"cells":["a"],"object":{}}"#[..], br#"{"cells":["b"],"object":{"items":[1]}}"#];
        assert_eq!(rows, cells, "split at {at}");
        assert_eq!(
            columns,
            [&br#"[{"name":"Name","description":"rows\":["}]"#[..]],
            "split at {at}"
        );
        let page = list.finish().unwrap();
        assert_eq!(page.version.as_deref(), Some("7"));
        assert_eq!(page.continue_token.as_deref(), Some("t"));
    }
}

#[test]
fn list_may_be_a_table_only_if_one_was_requested() {
    let whole = |text: &str, is_table| {
        let mut list = JsonList::new(is_table);
        list.push(text.as_bytes());
        let items = std::iter::from_fn(|| list.next_item()).count();
        list.finish().map(|_| items).map_err(|error| format!("{error:?}"))
    };
    assert_eq!(whole(TABLE, true), Ok(2));
    assert!(whole(TABLE, false).unwrap_err().contains("no items"));
    for rows in ["[]", "null"] {
        let empty =
            TABLE.split_once(r#""rows""#).unwrap().0.to_owned() + &format!(r#""rows":{rows}}}"#);
        assert_eq!(whole(&empty, true), Ok(0), "{empty}");
    }
    // The server has no table of the resource.
    assert_eq!(whole(LIST, true), Ok(3));
}
