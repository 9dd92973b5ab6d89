//! Fuzzes `watch_protocol::fuzzing::frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_protocol::fuzzing::frames(data));
