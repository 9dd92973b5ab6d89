//! Fuzzes `watch_protocol::fuzzing::protobuf_list_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watch_protocol::fuzzing::protobuf_list_body(data));
