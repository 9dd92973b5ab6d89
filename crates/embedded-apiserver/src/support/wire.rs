//! The encodings of objects on the wire.

/// How objects are encoded in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Json,
    Protobuf,
}
