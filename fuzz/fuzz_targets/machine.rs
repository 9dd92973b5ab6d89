//! Fuzzes `watch_protocol::fuzzing::machine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_protocol::fuzzing::machine(data));
