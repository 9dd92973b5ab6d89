//! Where a confidential value stands, and what may stand in its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Where a confidential value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// A member of `data`, or what stands in its place: base64.
    Data,
    /// A member of `stringData`, or what stands in its place: text.
    StringData,
    /// An annotation.
    Annotation,
}

/// Returns what may stand in the place of a confidential value: `<redacted 5f0cd1a29b3c7e11>`. In `data` it is the base64 of
/// that, so that the object still decodes into its type.
pub fn redacted(hash: u64, field: Field) -> Value {
    let text = format!("<redacted {hash:016x}>");
    if field == Field::Data { STANDARD.encode(text).into() } else { text.into() }
}
