//! Fuzzes `watch_runtime::fuzzing::machine`, which says what must hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_runtime::fuzzing::machine(data));
