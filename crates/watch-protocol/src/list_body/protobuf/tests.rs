//! Tests of the parser of lists in protobuf.

use serde_json::json;

use super::*;
use crate::testing::encoder::{bytes, envelope, integer, list};

fn read(chunks: &[&[u8]]) -> (Vec<Bytes>, Result<PageMetadata, String>) {
    let mut body = ProtobufList::default();
    let mut items = Vec::new();
    for chunk in chunks {
        body.push(chunk);
        while let Some(item) = body.next_item() {
            items.push(item);
        }
    }
    let end = body.finish().map_err(|error| match error {
        NoList::Status(status) => status.to_string(),
        NoList::Malformed(error) => error.to_string(),
    });
    (items, end)
}

fn page() -> PageMetadata {
    let text = |text: &str| Some(text.to_owned());
    PageMetadata {
        version: text("7"),
        continue_token: text("t"),
        remaining: Some(3),
        shard_selector: text("s"),
    }
}

/// Returns the fields of a list: its metadata, and its items.
fn fields() -> [Vec<u8>; 4] {
    let shard_info = bytes(5, &bytes(1, b"s"));
    let metadata =
        [bytes(1, b""), bytes(2, b"7"), bytes(3, b"t"), integer(4, 3), shard_info].concat();
    [bytes(1, &metadata), bytes(2, b"first"), bytes(2, b""), bytes(2, &[b'x'; 300])]
}

fn items() -> [Bytes; 3] {
    [Bytes::from_static(b"first"), Bytes::new(), vec![b'x'; 300].into()]
}

#[test]
fn items_and_metadata_do_not_depend_on_where_chunks_end() {
    let [metadata, first, second, third] = &fields();
    let other = [integer(9, 300), bytes(8, b"other"), vec![0x4d, 0, 0, 0, 0]].concat();
    for message in [
        [metadata, first, &other, second, third].map(|field| &**field).concat(),
        [first, second, third, metadata, &other].map(|field| &**field).concat(),
    ] {
        let body = envelope("v1", "PodList", &message);
        for at in 0..=body.len() {
            let (got, end) = read(&[&body[..at], &body[at..]]);
            assert_eq!((&*got, end), (&items()[..], Ok(page())), "split at {at}");
        }
        let single: Vec<_> = body.chunks(1).collect();
        assert_eq!(read(&single), (items().to_vec(), Ok(page())));
    }
}

#[test]
fn truncated_list_is_never_whole() {
    let body = envelope("v1", "PodList", &fields().concat());
    for at in 0..body.len() {
        let (got, end) = read(&[&body[..at]]);
        assert!(items().starts_with(&got), "truncated at {at}");
        // What follows the list itself is optional.
        let has_list = at == body.len() - 4 || at == body.len() - 2;
        assert_eq!(end.is_ok(), has_list, "truncated at {at}: {end:?}");
    }
}

#[test]
fn items_are_returned_before_the_list_is_complete() {
    let body = envelope("v1", "PodList", &[bytes(2, b"first"), bytes(2, &[0; 100])].concat());
    let mut list = ProtobufList::default();
    // 4 bytes follow the list.
    list.push(&body[..body.len() - 4 - 60]);
    assert_eq!(list.next_item().unwrap(), "first");
    assert_eq!(list.next_item(), None);
    let kept = bytes(2, &[0; 100]).len() - 60;
    assert_eq!(list.buffered(), kept, "no more than the item that has begun is kept");
}

#[test]
fn list_without_items_or_without_metadata_is_a_list() {
    for (body, version, count) in [
        (list(&json!({"kind": "PodList", "metadata": {"resourceVersion": "7"}})), Some("7"), 0),
        (list(&json!({"kind": "PodList", "metadata": {"resourceVersion": "0"}})), None, 0),
        (list(&json!({"kind": "PodList", "metadata": {}})), None, 0),
        (list(&json!({"kind": "PodList", "items": [{}, {}]})), None, 2),
        (envelope("", "PartialObjectMetadataList", &bytes(2, b"")), None, 1),
    ] {
        let (items, end) = read(&[&body]);
        assert_eq!((items.len(), end.unwrap().version.as_deref()), (count, version));
    }
}

#[test]
fn other_documents_are_rejected() {
    let message = fields().concat();
    let with = |rest: &[u8]| [b"k8s\0", rest].concat();
    let type_meta = bytes(1, &bytes(2, b"PodList"));
    let twice = [&*type_meta, &bytes(2, &message), &bytes(2, &message)].concat();
    let gzip = [&*type_meta, &bytes(2, &message), &bytes(3, b"gzip")].concat();
    let json = [&*type_meta, &bytes(2, b""), &bytes(4, b"application/json")].concat();
    for (body, reason) in [
        (vec![], "it is truncated"),
        (b"k8s".to_vec(), "it is truncated"),
        (b"{\"items\":[]}".to_vec(), "it does not begin with \"k8s\\0\""),
        (message.clone(), "it does not begin with \"k8s\\0\""),
        (envelope("v1", "Pod", &message), "its kind is \"Pod\""),
        (envelope("meta.k8s.io/v1", "Table", &message), "its kind is \"Table\""),
        (envelope("v1", "PodList", b""), "it has no items"),
        (with(&type_meta), "it is truncated"),
        (with(&bytes(2, &message)), "its kind does not come first"),
        (with(&twice), "it has two lists"),
        (with(&gzip), "its contents are encoded"),
        (with(&json), "its content type is \"application/json\""),
        (envelope("v1", "PodList", b"\x0b"), "a field is damaged"),
        (envelope("v1", "PodList", b"\x12\x05"), "a field of the list is longer than the list"),
        (envelope("v1", "PodList", b"\x12"), "a field of the list is longer than the list"),
        (envelope("v1", "PodList", &bytes(1, b"\x0b")), "its metadata is damaged"),
        (with(b"\x0b"), "a field is damaged"),
    ] {
        assert_eq!(read(&[&body]).1, Err(reason.to_owned()));
        let single: Vec<_> = body.chunks(1).collect();
        assert_eq!(read(&single).1, Err(reason.to_owned()), "byte by byte");
    }
}

#[test]
fn status_is_an_error() {
    let status = json!({"kind": "Status", "message": "tunnel disconnect", "code": 503});
    let body = crate::testing::encoder::enveloped(&status);
    for at in 0..body.len() {
        let (items, end) = read(&[&body[..at], &body[at..]]);
        assert_eq!((items.len(), end.unwrap_err().as_str()), (0, "tunnel disconnect (503)"));
        assert!(read(&[&body[..at]]).1.is_err());
    }
}

#[test]
fn nothing_is_kept_of_what_is_no_list() {
    let mut list = ProtobufList::default();
    for _ in 0..3 {
        list.push(&[b'x'; 100]);
        assert_eq!(list.next_item(), None);
        assert_eq!(list.buffered(), 0);
    }
}
