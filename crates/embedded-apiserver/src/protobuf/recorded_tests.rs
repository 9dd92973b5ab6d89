//! Tests with the watches, lists and statuses of a real API server 1.20, in `tests/data/protobuf-1.20`.

use std::fs;
use std::path::Path;

use super::wire::Content;
use super::*;

fn recorded(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    fs::read(root.join("tests/data/protobuf-1.20").join(name)).unwrap()
}

/// Returns the type of each event of a recorded watch, and its object in its envelope.
fn events(name: &str) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let stream = recorded(name);
    let mut events = Vec::new();
    let (mut ends, mut start) = (FrameEnds::of(Some(WATCH_MEDIA_TYPE)), 0);
    while start < stream.len() {
        let (length, is_end) = ends.read(&stream[start..]);
        assert!(is_end, "{name} is truncated");
        let frame = &stream[start..start + length];
        let fields: Vec<_> = Reader::new(&frame[4..]).map(Result::unwrap).collect();
        let [(1, event_type), (2, Content::Bytes(extension))] = &fields[..] else {
            panic!("{fields:?}")
        };
        let (1, object) = Reader::new(extension).next().unwrap().unwrap() else { panic!() };
        let object = object.bytes().unwrap().to_vec();
        events.push((event_type.text().unwrap(), object, frame.to_vec()));
        start += length;
    }
    events
}

fn json_of(name: &str) -> Vec<Value> {
    let text = String::from_utf8(recorded(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn watches_are_encoded_byte_for_byte_and_decoded_to_their_json() {
    for (name, least) in [("stream-configmaps-live", 6), ("stream-pods-from-nothing", 1)] {
        let (events, json) = (events(&format!("{name}.bin")), json_of(&format!("{name}.jsonl")));
        assert_eq!(events.len(), json.len(), "{name}");
        assert!(events.len() >= least, "{name}");
        for ((event_type, object, frame), line) in events.into_iter().zip(json) {
            assert_eq!(line["type"], event_type, "{name}");
            let mut expected = line["object"].clone();
            let decoded = decode(&object).unwrap();
            // The two watches were not at the same time.
            for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
                if !expected["metadata"][field].is_null() {
                    expected["metadata"][field] = decoded["metadata"][field].clone();
                }
            }
            assert_eq!(decoded, expected, "{name}");
            assert_eq!(frame_of(&event_type, &decoded, 20).unwrap(), frame, "{name}");
            let event = json!({"type": event_type, "object": decoded});
            assert_eq!(decode_event(&frame[4..]).unwrap(), event, "{name}");
        }
    }
}

#[test]
fn watches_of_metadata_are_encoded_byte_for_byte() {
    for (name, least) in
        [("stream-custom-metadata-only.bin", 2), ("stream-pods-metadata-only.bin", 1)]
    {
        let events = events(name);
        assert!(events.len() >= least, "{name}");
        for (event_type, object, frame) in events {
            let decoded = decode(&object).unwrap();
            assert_eq!(decoded["kind"], "PartialObjectMetadata");
            assert_eq!(frame_of(&event_type, &decoded, 20).unwrap(), frame, "{name}");
        }
    }
}

#[test]
fn lists_are_encoded_byte_for_byte() {
    for (name, kind, of) in [
        ("list-pods.bin", "PodList", ("v1", "Pod")),
        (
            "list-pods-metadata-only.bin",
            "PartialObjectMetadataList",
            ("meta.k8s.io/v1", "PartialObjectMetadata"),
        ),
    ] {
        let recorded = recorded(name);
        let mut list = decode(&recorded).unwrap();
        assert_eq!(list["kind"], kind);
        assert_eq!(encode(&list, 20).unwrap(), recorded, "{name}");
        // In pieces, from the messages of the items.
        let of = ObjectType::find(of.0, of.1, 20).unwrap();
        let items: Vec<_> =
            list["items"].take().as_array().unwrap().iter().map(|item| of.message(item)).collect();
        assert!(items.len() > 1, "{name}");
        let api_version = list["apiVersion"].as_str().unwrap();
        let type_ = ObjectType::find(api_version, kind, 20).unwrap();
        let (length, pieces) = type_.list(&list["metadata"], items);
        assert_eq!(length, recorded.len(), "{name}");
        assert_eq!(pieces.collect::<Vec<_>>().concat(), recorded, "{name}");
    }
}

#[test]
fn statuses_are_encoded_byte_for_byte() {
    for (name, code, reason) in [
        ("status-404-object.bin", 404, "NotFound"),
        ("status-406-custom.bin", 406, "NotAcceptable"),
        ("status-bad-continue.bin", 400, "BadRequest"),
    ] {
        let recorded = recorded(name);
        let status = decode(&recorded).unwrap();
        assert_eq!((&status["code"], &status["reason"]), (&json!(code), &json!(reason)));
        assert_eq!(encode(&status, 20).unwrap(), recorded, "{name}");
    }
}
