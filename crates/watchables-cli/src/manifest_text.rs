//! The text of a file of manifests.

use std::borrow::Cow;

/// Returns the text of a file in UTF-8, or in UTF-16 with a byte order mark, as PowerShell writes it. As with kubectl,
/// invalid characters are replaced.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let units = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().copied().map(from).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}
