//! Recorded streams of real API servers, split and truncated at every byte.

use super::*;

pub(super) const STREAMS: [&[u8]; 6] = [
    include_bytes!("../../../../../tests/data/recorded-1.17/stream-configmaps-live.jsonl"),
    include_bytes!("../../../../../tests/data/recorded-1.17/stream-pods-from-nothing.jsonl"),
    include_bytes!("../../../../../tests/data/recorded-1.17/stream-too-old.jsonl"),
    include_bytes!("../../../../../tests/data/recorded-1.36/stream-configmaps-live.jsonl"),
    include_bytes!("../../../../../tests/data/recorded-1.36/stream-pods-initial.jsonl"),
    include_bytes!("../../../../../tests/data/recorded-1.36/stream-too-old.jsonl"),
];

/// Returns what a stream delivers when it receives these chunks, and its version at the end.
fn outcome(chunks: &[&[u8]]) -> (Vec<(EventType, Bytes)>, Option<String>) {
    let mut harness = managed(Some("1"));
    harness.request();
    harness.accept_watch();
    let mut delivered = Vec::new();
    for chunk in chunks {
        harness.machine.on_chunk(Bytes::copy_from_slice(chunk), harness.now);
        while let Step::Deliver(delivery) = harness.machine.step(harness.now) {
            delivered.push((delivery.etype, delivery.object.bytes));
        }
    }
    (delivered, harness.machine.version().map(str::to_owned))
}

#[test]
fn recorded_streams_do_not_depend_on_where_chunks_end() {
    for stream in STREAMS {
        let whole = outcome(&[stream]);
        let events = memchr::memmem::find_iter(stream, b"{\"type\":\"ADDED\"").count();
        assert!(whole.0.len() >= events, "{} of {events}", whole.0.len());
        for at in 0..stream.len() {
            let (first, second) = stream.split_at(at);
            assert!(outcome(&[first, second]) == whole, "split at {at}");
        }
        let single: Vec<_> = stream.chunks(1).collect();
        assert!(outcome(&single) == whole, "byte by byte");
    }
}

#[test]
fn truncated_recorded_streams_deliver_only_complete_events() {
    for stream in STREAMS {
        let whole = outcome(&[stream]).0;
        for at in 0..stream.len() {
            let (delivered, version) = outcome(&[&stream[..at]]);
            assert!(whole.starts_with(&delivered), "truncated at {at}");
            let ends = memchr::memchr_iter(b'\n', &stream[..=at]).count();
            assert!(delivered.len() <= ends, "an incomplete event was delivered, at {at}");
            assert!(version.is_none() || version.as_deref() >= Some("1"));
        }
    }
}
