//! Resource versions as clients send them.

/// Parses a `resourceVersion`.
///
/// # Errors
///
/// The text is not a number; the message has Go's words.
pub(crate) fn parse_version(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = text.parse::<u64>().ok().filter(|_| digits);
    parsed.ok_or_else(|| {
        let why = if digits { "value out of range" } else { "invalid syntax" };
        format!(
            "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: {why}"
        )
    })
}
