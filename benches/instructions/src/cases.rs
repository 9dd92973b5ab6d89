//! The cases: each step from the bytes of a socket to a typed object, alone and combined.

use std::hint::black_box;

use bytes::Bytes;
use models::core::v1::{ConfigMap, Event, Node, Pod};
use watch_protocol::Wire;
use watch_protocol::bench_hooks::{self, Gap, Watch};
use watchable_core::model::Field;
use watchable_core::protobuf::{self, Envelope};
use watchable_core::{DynamicObject, WatchItem, WatchTarget, json};

use crate::encoding::{self, NAME, VERSION};

/// Runs the case this many times.
type Case = fn(usize);

/// The cases by name, as in the budget.
pub(crate) const ALL: &[(&str, Case)] = &[
    ("frame: a line of 9 KB in chunks of 8 KB", frame),
    ("envelope: Pod", |times| envelope(POD, times)),
    ("envelope: ConfigMap", |times| envelope(CONFIG_MAP, times)),
    ("decode: Pod", |times| decode::<Pod>(POD, times)),
    ("decode: Pod, without managedFields", decode_less),
    ("decode: Pod that has no managedFields", |times| decode::<Pod>(BARE_POD, times)),
    ("decode: ConfigMap", |times| decode::<ConfigMap>(CONFIG_MAP, times)),
    ("decode: Event", |times| decode::<Event>(EVENT, times)),
    ("decode: Node", |times| decode::<Node>(NODE, times)),
    ("decode: Pod, protobuf", |times| decode_protobuf::<Pod>(POD_IN_PROTOBUF, times)),
    ("decode: Pod, protobuf, without managedFields", decode_less_protobuf),
    ("decode: ConfigMap, protobuf", |times| {
        decode_protobuf::<ConfigMap>(CONFIG_MAP_IN_PROTOBUF, times);
    }),
    ("decode: Event, protobuf", |times| decode_protobuf::<Event>(EVENT_IN_PROTOBUF, times)),
    ("decode: Node, protobuf", |times| decode_protobuf::<Node>(NODE_IN_PROTOBUF, times)),
    ("decode: DynamicObject", |times| decode::<DynamicObject>(POD, times)),
    ("skip: Pod", skip),
    ("watch: Pod, from chunk to event", |times| watch::<Pod>(POD, true, times)),
    ("watch: Pod, without managedFields", |times| watch::<Pod>(POD, false, times)),
    ("watch: ConfigMap, from chunk to event", |times| watch::<ConfigMap>(CONFIG_MAP, true, times)),
    ("watch: Pod, protobuf, from chunk to event", |times| {
        watch_protobuf::<Pod>(POD_IN_PROTOBUF, true, times);
    }),
    ("watch: Pod, protobuf, without managedFields", |times| {
        watch_protobuf::<Pod>(POD_IN_PROTOBUF, false, times);
    }),
    ("watch: ConfigMap, protobuf, from chunk to event", |times| {
        watch_protobuf::<ConfigMap>(CONFIG_MAP_IN_PROTOBUF, true, times);
    }),
    ("watch: Event, protobuf, from chunk to event", |times| {
        watch_protobuf::<Event>(EVENT_IN_PROTOBUF, true, times);
    }),
    ("watch: Node, protobuf, from chunk to event", |times| {
        watch_protobuf::<Node>(NODE_IN_PROTOBUF, true, times);
    }),
    ("list: Pod, from chunk to event", list),
    ("list: Pod, protobuf, from chunk to event", list_protobuf),
    ("gap: compare an unchanged object", gap),
    ("gap: take note of a change", note),
];

const POD: &str = include_str!("../../data/pod.json");
const BARE_POD: &str = include_str!("../../data/pod-without-managed-fields.json");
const CONFIG_MAP: &str = include_str!("../../data/configmap.json");
const EVENT: &str = include_str!("../../data/event.json");
const NODE: &str = include_str!("../../data/node.json");

// The same objects as above.
const POD_IN_PROTOBUF: &[u8] = include_bytes!("../../data/pod.bin");
const CONFIG_MAP_IN_PROTOBUF: &[u8] = include_bytes!("../../data/configmap.bin");
const EVENT_IN_PROTOBUF: &[u8] = include_bytes!("../../data/event.bin");
const NODE_IN_PROTOBUF: &[u8] = include_bytes!("../../data/node.bin");

/// The size of the chunks that hyper reads from a busy socket, in bytes.
const CHUNK: usize = 8 << 10;

fn line(object: &str) -> String {
    format!("{{\"type\":\"MODIFIED\",\"object\":{}}}\n", object.trim_end())
}

/// Passes the concatenated parts on in chunks.
fn chunks(parts: impl Iterator<Item = impl AsRef<[u8]>>, mut take: impl FnMut(Bytes)) {
    let mut rest = Vec::with_capacity(2 * CHUNK);
    for part in parts {
        rest.extend_from_slice(part.as_ref());
        while rest.len() >= CHUNK {
            take(Bytes::copy_from_slice(&rest[..CHUNK]));
            rest.drain(..CHUNK);
        }
    }
    take(rest.into());
}

fn frame(times: usize) {
    let mut lines = 0;
    let mut frames = bench_hooks::Lines::default();
    let texts = std::iter::repeat_n(line(POD), times);
    chunks(texts, |chunk| lines += frames.count(chunk));
    assert_eq!(lines, times);
}

fn envelope(object: &str, times: usize) {
    let line = Bytes::from(line(object));
    let line = line.slice(..line.len() - 1);
    for _ in 0..times {
        assert!(bench_hooks::envelope(black_box(&line)));
    }
}

fn decode<T: serde::de::DeserializeOwned>(object: &str, times: usize) {
    for _ in 0..times {
        black_box(json::from_slice::<T>(black_box(object.as_bytes())).expect("the object decodes"));
    }
}

fn decode_less(times: usize) {
    for _ in 0..times {
        let object = json::without_managed_fields::<Pod>(black_box(POD.as_bytes()));
        black_box(object.expect("the object decodes"));
    }
}

fn decode_protobuf<T: Field + Default>(object: &[u8], times: usize) {
    for _ in 0..times {
        let envelope = Envelope::open(black_box(object)).expect("an envelope");
        let object = protobuf::from_message::<T>(envelope.message);
        black_box(object.expect("the object decodes"));
    }
}

fn decode_less_protobuf(times: usize) {
    for _ in 0..times {
        let envelope = Envelope::open(black_box(POD_IN_PROTOBUF)).expect("an envelope");
        let object = protobuf::without_managed_fields::<Pod>(envelope.message);
        black_box(object.expect("the object decodes"));
    }
}

fn skip(times: usize) {
    for _ in 0..times {
        let object = json::from_slice::<serde::de::IgnoredAny>(black_box(POD.as_bytes()));
        black_box(object.expect("it is JSON"));
    }
}

fn watch<T: WatchItem + WatchTarget<Item = T>>(object: &str, managed_fields: bool, times: usize) {
    let mut events = 0;
    let mut watch = Watch::<T>::watching(managed_fields, Wire::Json);
    let line = line(object);
    let key = "\"resourceVersion\":\"";
    let (before, after) = line.split_once(key).expect("a version");
    let (_, after) = after.split_once('"').expect("its end");
    // A version that was delivered before is not delivered again.
    let changes = (0..times).map(|number| format!("{before}{key}{}\"{after}", 1_000_000 + number));
    chunks(changes, |chunk| events += watch.events(chunk));
    assert_eq!(events, times);
}

fn watch_protobuf<T: WatchItem + WatchTarget<Item = T>>(
    object: &[u8],
    managed_fields: bool,
    times: usize,
) {
    let mut events = 0;
    let mut watch = Watch::<T>::watching(managed_fields, Wire::Protobuf);
    let event = encoding::modified(&encoding::with_metadata(object, VERSION, "1000000"));
    let (before, after) = encoding::split_at(&event, "1000000");
    let changes = (0..times)
        .map(|number| [before, (1_000_000 + number).to_string().as_bytes(), after].concat());
    chunks(changes, |chunk| events += watch.events(chunk));
    assert_eq!(events, times);
}

fn list(times: usize) {
    let mut watch = Watch::<Pod>::listing(Wire::Json);
    let mut events =
        watch.events(Bytes::from_static(br#"{"metadata":{"resourceVersion":"7"},"items":["#));
    let mut number = 0;
    let item = POD.trim_end();
    let (before, after) = item.split_once("checkout-7d9c6b8f5d-x2k4q").expect("its name");
    for _ in 0..times {
        number += 1;
        let item = format!("{before}checkout-{number:014}{after},");
        for chunk in item.as_bytes().chunks(CHUNK) {
            events += watch.events(Bytes::copy_from_slice(chunk));
        }
    }
    assert_eq!(events, times);
}

fn list_protobuf(times: usize) {
    let name = "checkout-00000000000000";
    let item = encoding::item(&encoding::with_metadata(POD_IN_PROTOBUF, NAME, name));
    let (before, after) = encoding::split_at(&item, name);
    let mut watch = Watch::<Pod>::listing(Wire::Protobuf);
    let mut events = watch.events(encoding::list_start(times, item.len()).into());
    for number in 0..times {
        let item = [before, format!("checkout-{number:014}").as_bytes(), after].concat();
        for chunk in item.chunks(CHUNK) {
            events += watch.events(Bytes::copy_from_slice(chunk));
        }
    }
    assert_eq!(events, times);
}

fn gap(times: usize) {
    let mut gap = Gap::of(1_000);
    for _ in 0..times {
        assert!(gap.compare());
    }
}

fn note(times: usize) {
    let mut gap = Gap::of(1_000);
    for _ in 0..times {
        gap.modify();
    }
}
