//! All keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::put;
use crate::app::App;
use crate::theme::Theme;

/// An empty key begins a part.
const TABLE: &[(&str, &str)] = &[
    ("", "Table"),
    ("↑ ↓ PgUp PgDn Home End", "choose a row; Home follows what comes first"),
    ("Tab, ← →", "choose a kind"),
    ("Enter", "what has happened to the object, diff by diff"),
    ("/", "show rows with these words alone; !word: without it"),
    ("s S", "sort in reverse, then by the next column; S: back"),
    ("space", "freeze the display and go on; nothing is missed"),
    ("w", "write what has happened so far into a recording"),
];
const RECORDING: &[(&str, &str)] = &[
    ("", "Recording"),
    ("space", "play and pause"),
    ("← →", "10 seconds back and on"),
    (".", "the next event"),
    ("+ -", "faster, slower"),
    ("", "Table"),
    ("↑ ↓ PgUp PgDn Home End", "choose a row; Home follows what comes first"),
    ("Tab", "choose a kind"),
    ("Enter", "what has happened to the object, diff by diff"),
    ("/", "show rows with these words alone; !word: without it"),
    ("s S", "sort in reverse, then by the next column; S: back"),
];
const OBJECT: &[(&str, &str)] = &[
    ("", "Object"),
    ("↑ ↓ Home End", "through time; the newest state is followed"),
    ("Enter", "the whole object, or what has changed"),
    ("PgUp PgDn", "scroll"),
    ("Esc", "back"),
    ("", "Anywhere"),
    ("Ctrl-Z", "suspend; fg comes back"),
    ("q Esc Ctrl-C", "quit"),
];

pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect) {
    let table = if app.playback.is_some() { RECORDING } else { TABLE };
    let lines: Vec<_> = table.iter().chain(OBJECT).collect();
    // A screen that is low has them side by side.
    let halves: Vec<&[_]> = if lines.len() <= usize::from(area.height) {
        vec![&lines]
    } else {
        vec![&lines[..table.len()], &lines[table.len()..]]
    };
    let wide = area.width / u16::try_from(halves.len()).unwrap_or(1);
    for (place, half) in (0..).zip(halves) {
        let x = area.x + 1 + place * wide;
        for (y, (key, what)) in (area.y..area.bottom()).zip(half) {
            if key.is_empty() {
                put(buffer, (x, y), wide, what, app.theme.heading());
            } else {
                put(buffer, (x + 2, y), wide, key, Theme::bold());
                put(buffer, (x + 26, y), wide.saturating_sub(27), what, Theme::plain());
            }
        }
    }
}
