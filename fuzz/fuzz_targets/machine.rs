//! Fuzzes `watch_runtime::fuzzing::machine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_runtime::fuzzing::machine(data));
