//! Texts of a cluster on a terminal, which takes some characters for commands.

/// Returns a text without what a terminal takes for commands, as kubectl shows it.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\u{1b}' => "^[".to_owned(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}
