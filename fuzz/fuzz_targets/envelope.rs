//! Fuzzes `watch_protocol::fuzzing::envelope`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_protocol::fuzzing::envelope(data));
