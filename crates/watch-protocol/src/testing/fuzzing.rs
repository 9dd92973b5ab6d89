//! The fuzz targets: the parsers of what a server sends, checked against simple properties.
//!
//! Not part of the API: behind the feature `simulation`, for our own tests. A function panics only
//! if its property does not hold.

use std::time::Instant;

use bytes::Bytes;
use watchable_core::protobuf::{self, Contents, Message};
use watchable_core::{DynamicObject, Meta, Scope, TableRow, WatchItem as _};

use crate::envelope::{self, Envelope};
use crate::frame::json::JsonFrames;
use crate::frame::protobuf::ProtobufFrames;
use crate::list_body::json::JsonList;
use crate::list_body::protobuf::ProtobufList;
use crate::settings::{InitialList, StartFrom};
use crate::testing::simulation::{Action, Watcher};

/// Larger than any input.
const NO_LIMIT: usize = 64 << 20;

/// Lines are the same as those of a split at `\n`, wherever chunks end.
pub fn frames(data: &[u8]) {
    let (lengths, body) = split_input(data);
    let mut frames = JsonFrames::new(NO_LIMIT);
    let mut lines = Vec::new();
    for chunk in chunks(body, lengths) {
        frames.push(Bytes::copy_from_slice(chunk));
        while let Some(line) = frames.next_line().expect("no line is that long") {
            lines.push(line);
        }
    }
    let mut parts: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
    let rest = parts.pop().unwrap_or_default();
    parts.retain(|line| !line.trim_ascii().is_empty());
    assert_eq!(lines, parts);
    assert_eq!(frames.remainder(), rest);
}

/// The fast path finds the same object and identity as the general parser. A line that is not JSON
/// is rejected here or when the object is decoded.
pub fn envelope(line: &[u8]) {
    let line = Bytes::copy_from_slice(line);
    table_event(&line);
    let read =
        |use_fast_path| envelope::json::read_as(&line, Scope::Namespaced, use_fast_path).ok();
    let Some(Envelope::Event { etype, object, identity }) = read(true) else { return };
    let object = object.bytes;
    let decoded = watchable_core::json::from_slice::<watchable_core::DynamicObject>(&object);
    match read(false) {
        Some(Envelope::Event { etype: plain_type, object: plain, identity: plain_identity }) => {
            assert_eq!((etype, identity), (plain_type, plain_identity));
            let object = envelope::json::without_trailer(&object).unwrap_or(object);
            assert_eq!(object, plain.bytes);
        }
        _ if serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok() => {}
        _ => assert!(decoded.is_err(), "what is no JSON was delivered"),
    }
}

/// An event of a table is a row, whose object has the identity of the event, and stays one with columns.
fn table_event(line: &Bytes) {
    let Ok((Envelope::Event { object, identity, .. }, columns)) =
        envelope::table::read(line, Scope::Namespaced)
    else {
        return;
    };
    let Ok(row) = TableRow::<DynamicObject>::from_json(&object.bytes, false) else { return };
    assert_eq!(row.object.name().unwrap_or_default(), identity.name);
    if let Some(columns) = columns
        && row.columns.is_none()
        && envelope::table::has_cells(&object.bytes)
    {
        let with = envelope::table::with_columns(&object.bytes, &columns);
        if let Ok(with) = TableRow::<DynamicObject>::from_json(&with, false) {
            assert_eq!((with.cells, with.object), (row.cells, row.object));
        }
    }
}

/// A list's items, columns and metadata do not depend on where chunks end.
pub fn list_body(data: &[u8]) {
    let (lengths, body) = split_input(data);
    let read = |chunks: &mut dyn Iterator<Item = &[u8]>, is_table| {
        let mut list = JsonList::new(is_table);
        let (mut items, mut columns) = (Vec::new(), Vec::new());
        for chunk in chunks {
            list.push(chunk);
            while let Some(item) = list.next_item() {
                columns.extend(list.take_columns());
                items.push(item);
            }
        }
        columns.extend(list.take_columns());
        ((items, list.finish().ok()), columns)
    };
    for is_table in [true, false] {
        let complete = read(&mut std::iter::once(body), is_table);
        assert_eq!(read(&mut chunks(body, lengths), is_table), complete);
    }
    let (complete, _) = read(&mut std::iter::once(body), false);
    let Ok(plain) = serde_json::from_slice::<serde_json::Value>(body) else { return };
    let Some(items) = plain["items"].as_array() else { return };
    if complete.1.is_some() {
        let read: Vec<serde_json::Value> = complete
            .0
            .iter()
            .map(|item| serde_json::from_slice(item).expect("an item of valid JSON is valid"))
            .collect();
        assert_eq!(&read, items);
    }
}

/// Frames of protobuf do not depend on where chunks end, and the identity of an event is the one that its object has.
pub fn protobuf_frames(data: &[u8]) {
    let (lengths, body) = split_input(data);
    let read = |chunks: &mut dyn Iterator<Item = &[u8]>| {
        let mut frames = ProtobufFrames::new(1 << 16);
        let mut read = Vec::new();
        for chunk in chunks {
            frames.push(Bytes::copy_from_slice(chunk));
            loop {
                match frames.next_frame() {
                    Ok(Some(frame)) => read.push(frame),
                    Ok(None) => break,
                    Err(error) => return (read, Err(error)),
                }
            }
        }
        let is_whole = frames.end();
        (read, frames.next_frame().map(|last| (is_whole, last)))
    };
    let complete = read(&mut std::iter::once(body));
    assert_eq!(read(&mut chunks(body, lengths)), complete);
    let mut rest = body;
    for frame in &complete.0 {
        let (length, after) = rest.split_first_chunk().expect("a frame has a length");
        assert_eq!(u32::from_be_bytes(*length) as usize, frame.len());
        rest = after.strip_prefix(&**frame).expect("a frame's contents follow its length");
        protobuf_event(frame);
    }
}

fn protobuf_event(frame: &Bytes) {
    let Ok(Envelope::Event { object, identity, .. }) =
        envelope::protobuf::read(frame, Scope::Namespaced)
    else {
        return;
    };
    let Ok(opened) = protobuf::Envelope::open(&object.bytes) else { return };
    let Ok(decoded) = Meta::<DynamicObject>::from_protobuf(&opened, false) else { return };
    if has_each_field_once(opened.message) {
        assert_eq!(identity.name, decoded.metadata.name.unwrap_or_default());
        assert_eq!(identity.uid.text(), decoded.metadata.uid.unwrap_or_default());
    }
}

/// Whether no field is repeated in a message and in its first fields. Of those, identities have the first.
fn has_each_field_once(message: &[u8]) -> bool {
    let mut seen = Vec::new();
    let mut fields = Message::new(message);
    while let Ok(Some((number, contents))) = fields.next_field() {
        let is_repeated = seen.contains(&number);
        seen.push(number);
        let (1, Contents::Bytes(metadata)) = (number, contents) else { continue };
        let mut parts = Vec::new();
        let mut fields = Message::new(metadata);
        while let Ok(Some((number, _))) = fields.next_field() {
            parts.push(number);
        }
        let count = parts.len();
        parts.sort_unstable();
        parts.dedup();
        if is_repeated || parts.len() != count {
            return false;
        }
    }
    true
}

/// A list's items and metadata in protobuf do not depend on where chunks end, and are those of the whole list.
pub fn protobuf_list_body(data: &[u8]) {
    let (lengths, body) = split_input(data);
    let read = |chunks: &mut dyn Iterator<Item = &[u8]>| {
        let mut list = ProtobufList::default();
        let mut items = Vec::new();
        for chunk in chunks {
            list.push(chunk);
            while let Some(item) = list.next_item() {
                items.push(item);
            }
        }
        (items, list.finish().ok())
    };
    let complete = read(&mut std::iter::once(body));
    assert_eq!(read(&mut chunks(body, lengths)), complete);
    if complete.1.is_none() {
        return;
    }
    let list = protobuf::Envelope::open(body).expect("a list in an envelope");
    let mut fields = Message::new(list.message);
    let mut items = complete.0.iter();
    while let Some((number, contents)) = fields.next_field().expect("a valid list") {
        if let (2, Contents::Bytes(item)) = (number, contents) {
            assert_eq!(items.next().map(|item| &**item), Some(item));
        }
    }
    assert_eq!(items.next(), None);
}

/// Whatever a server sends, as a list or as a watch, the machine sends a request, waits, delivers
/// or ends.
pub fn machine(data: &[u8]) {
    let (lengths, body) = split_input(data);
    let protobuf = Some("application/vnd.kubernetes.protobuf");
    for (initial, start_from, content_type) in [
        (InitialList::Paged, StartFrom::CurrentState, None),
        (InitialList::Streaming, StartFrom::CurrentState, None),
        (InitialList::Paged, StartFrom::OldestEvent, None),
        (InitialList::Paged, StartFrom::CurrentState, protobuf),
        (InitialList::Streaming, StartFrom::CurrentState, protobuf),
    ] {
        let mut now = Instant::now();
        let mut watcher = Watcher::new(initial, start_from, 1, None);
        let mut chunks = chunks(body, lengths);
        let mut idle = 0;
        // Each request and each wait takes the next chunk. After the last one the server is idle.
        while idle < 20 {
            match watcher.step(now) {
                Action::Send(_) => watcher.head_of(200, None, content_type, now),
                Action::Wait(deadline) => match chunks.next() {
                    Some(chunk) if chunk == b"!" => watcher.disconnect(now),
                    Some(chunk) => watcher.chunk(chunk, now),
                    None => {
                        idle += 1;
                        now = deadline.unwrap_or(now);
                        watcher.end(now);
                    }
                },
                Action::Sleep(time) => {
                    idle += 1;
                    now += time;
                    watcher.wake();
                }
                // Each invalid byte is replaced by three.
                Action::Deliver(event) => assert!(event.object.len() <= 3 * body.len() + 512),
                Action::End(_) => break,
            }
        }
    }
}

/// Splits an input into the lengths of the chunks and the body.
fn split_input(data: &[u8]) -> (&[u8], &[u8]) {
    let (count, rest) = data.split_first().unwrap_or((&0, &[]));
    rest.split_at(usize::from(*count % 16).min(rest.len()))
}

/// Splits a body into chunks of these lengths, repeated; into one chunk if there are none.
fn chunks<'a>(mut body: &'a [u8], lengths: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut lengths = lengths.iter().map(|length| usize::from(*length).max(1)).cycle();
    std::iter::from_fn(move || {
        if body.is_empty() {
            return None;
        }
        let (chunk, rest) = body.split_at(lengths.next().unwrap_or(usize::MAX).min(body.len()));
        body = rest;
        Some(chunk)
    })
}
