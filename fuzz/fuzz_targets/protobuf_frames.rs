//! Fuzzes `watch_runtime::fuzzing::protobuf_frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_runtime::fuzzing::protobuf_frames(data));
