//! Tests of the protobuf reader.
