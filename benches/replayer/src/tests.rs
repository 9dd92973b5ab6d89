//! Tests of the complete server over a socket.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use clap::Parser as _;
use serde_json::Value;

use crate::scenario::Scenario;
use crate::server;

/// Starts a server and connects to it.
fn connect(scenario: &str) -> TcpStream {
    let scenario = Scenario::parse_from(format!("replayer {scenario}").split_whitespace());
    let listener = server::bind().unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || server::serve(listener, scenario));
    TcpStream::connect(address).unwrap()
}

/// Sends a request and reads chunks until the body ends or this many have been read.
fn request(stream: &mut TcpStream, target: &str, chunks: usize) -> Vec<Vec<u8>> {
    accepting(stream, "application/json", target, chunks)
}

/// Same as [`request`], for a media type.
fn accepting(stream: &mut TcpStream, accept: &str, target: &str, chunks: usize) -> Vec<Vec<u8>> {
    write!(stream, "GET {target} HTTP/1.1\r\nhost: x\r\naccept: {accept}\r\n\r\n").unwrap();
    let head = until(stream, b"\r\n\r\n");
    assert!(head.starts_with(b"HTTP/1.1 200 OK\r\n"));
    let mut read = Vec::new();
    while read.len() < chunks {
        let line = until(stream, b"\r\n");
        let length = std::str::from_utf8(&line).unwrap().trim_end();
        let length = usize::from_str_radix(length, 16).unwrap();
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).unwrap();
        assert_eq!(chunk.split_off(length), b"\r\n");
        if length == 0 {
            break;
        }
        read.push(chunk);
    }
    read
}

fn until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.extend(byte);
    }
    read
}

fn names<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    objects.into_iter().map(name).collect()
}

#[test]
fn pages_contain_every_object_once() {
    let mut stream = connect("--objects 7");
    let mut seen = Vec::new();
    let mut target = "/api/v1/pods?limit=3".to_owned();
    for (items, remaining) in [(3, Some(4)), (3, Some(1)), (1, None)] {
        let page = request(&mut stream, &target, usize::MAX).concat();
        let page: Value = serde_json::from_slice(&page).unwrap();
        assert_eq!(page["metadata"]["resourceVersion"], "1000000");
        assert_eq!(page["metadata"]["remainingItemCount"].as_u64(), remaining);
        let objects = page["items"].as_array().unwrap();
        assert_eq!(objects.len(), items);
        seen.extend(names(objects));
        let token = page["metadata"]["continue"].as_str().unwrap_or_default();
        target = format!("/api/v1/pods?limit=3&continue={token}");
    }
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 7);
}

#[test]
fn watch_sends_initial_events_bookmark_and_changes() {
    let mut stream = connect("--objects 2 --events 3");
    let target = "/api/v1/nodes?watch=true&sendInitialEvents=true";
    let lines = request(&mut stream, target, 6);
    let events: Vec<Value> =
        lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["ADDED", "ADDED", "BOOKMARK", "MODIFIED", "MODIFIED", "MODIFIED"]);
    let end = &events[2]["object"]["metadata"];
    assert_eq!(end["annotations"]["k8s.io/initial-events-end"], "true");
    assert_eq!(events[2]["object"]["kind"], "Node");
    let versions: Vec<_> =
        events[2..].iter().map(|e| e["object"]["metadata"]["resourceVersion"].as_str()).collect();
    let expected = ["1000000", "1000001", "1000002", "1000003"].map(Some);
    assert_eq!(versions, expected);
    // The changes cycle through the same objects.
    let names =
        names(events.iter().map(|event| &event["object"]).filter(|o| o["spec"].is_object()));
    assert_eq!([&names[0], &names[1], &names[0]], [&names[2], &names[3], &names[4]]);
}

#[test]
fn expiring_server_ends_the_watch_rejects_the_next_and_then_changes_nothing() {
    let watch = "/api/v1/pods?watch=true";
    let initial = format!("{watch}&sendInitialEvents=true");
    let scenario = Scenario::parse_from("replayer --objects 2 --events 3 --expire".split(' '));
    let listener = server::bind().unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || server::serve(listener, scenario));
    let connect = || TcpStream::connect(address).unwrap();
    assert_eq!(request(&mut connect(), &initial, usize::MAX).len(), 6);

    let resumed = request(&mut connect(), &format!("{watch}&resourceVersion=1000003"), usize::MAX);
    let event: Value = serde_json::from_slice(&resumed[0]).unwrap();
    assert_eq!((resumed.len(), &event["type"]), (1, &"ERROR".into()));
    assert_eq!(event["object"]["code"], 410);

    let mut stream = connect();
    assert_eq!(request(&mut stream, &initial, 3).len(), 3);
    stream.set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "nothing follows");
}

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf, application/json";

/// Removes what an object has only for the moment: its send time.
fn timeless(mut object: Value) -> Value {
    object["metadata"]["annotations"][gauge::SENT] = Value::Null;
    object
}

#[test]
fn pages_in_protobuf_have_the_same_objects() {
    let mut stream = connect("--objects 7");
    for resource in ["pods", "configmaps", "events", "nodes"] {
        let target = format!("/api/v1/{resource}?limit=3&continue=3");
        let json = request(&mut stream, &target, usize::MAX).concat();
        let mut json: Value = serde_json::from_slice(&json).unwrap();
        let protobuf = accepting(&mut stream, PROTOBUF, &target, usize::MAX).concat();
        let mut protobuf = embedded_apiserver::protobuf::decode(&protobuf).unwrap();
        assert_eq!(json["metadata"], protobuf["metadata"], "{resource}");
        let [json, protobuf] = [&mut json, &mut protobuf].map(|list| {
            let items = list["items"].as_array_mut().unwrap().drain(..);
            items.map(timeless).collect::<Vec<_>>()
        });
        assert_eq!(json.len(), 3);
        assert_eq!(json, protobuf, "{resource}");
    }
}

#[test]
fn watch_in_protobuf_has_the_same_events() {
    let target = "/api/v1/pods?watch=true&sendInitialEvents=true";
    let json = request(&mut connect("--objects 2 --events 3"), target, 6);
    let frames = accepting(&mut connect("--objects 2 --events 3"), PROTOBUF, target, 6);
    for (line, frame) in json.iter().zip(frames) {
        let mut expected: Value = serde_json::from_slice(line).unwrap();
        let (length, event) = frame.split_first_chunk().unwrap();
        assert_eq!(usize::try_from(u32::from_be_bytes(*length)).unwrap(), event.len());
        let mut event = embedded_apiserver::protobuf::decode_event(event).unwrap();
        assert_eq!(event["type"], expected["type"]);
        if event["type"] != "BOOKMARK" {
            assert_eq!(timeless(event["object"].take()), timeless(expected["object"].take()));
            continue;
        }
        let [event, expected] =
            [event, expected].map(|mut event| event["object"]["metadata"].take());
        for key in ["resourceVersion", "annotations"] {
            assert_eq!(event[key], expected[key]);
        }
    }
}

#[test]
fn watch_resumes_from_a_version() {
    let mut stream = connect("--events 3");
    let target = "/api/v1/pods?watch=true&resourceVersion=1000002";
    let event: Value = serde_json::from_slice(&request(&mut stream, target, 1)[0]).unwrap();
    assert_eq!(event["object"]["metadata"]["resourceVersion"], "1000003");
}

#[test]
fn watch_with_disconnect_closes_after_the_initial_events() {
    let mut stream = connect("--objects 1 --disconnect");
    request(&mut stream, "/api/v1/pods?watch=true&sendInitialEvents=true", 2);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn unknown_resource_returns_404() {
    let mut stream = connect("");
    write!(stream, "GET /api/v1/gadgets HTTP/1.1\r\n\r\n").unwrap();
    assert!(until(&mut stream, b"\r\n\r\n").starts_with(b"HTTP/1.1 404 "));
}
