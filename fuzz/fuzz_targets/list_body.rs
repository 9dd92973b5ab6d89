//! Fuzzes `watch_protocol::fuzzing::list_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_protocol::fuzzing::list_body(data));
