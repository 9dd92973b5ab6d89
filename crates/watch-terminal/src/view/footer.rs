//! The line at the bottom: what is typed, a message, or the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::put;
use crate::app::App;
use crate::prompt::Purpose;
use crate::theme::Theme;

/// Keys, the most important first: those that do not fit are left out.
type Keys = &'static [(&'static str, &'static str)];

const TABLE: Keys = &[
    ("Enter", "history"),
    ("Tab", "kind"),
    ("/", "filter"),
    ("s", "sort"),
    ("space", "freeze"),
    ("w", "write"),
    ("?", "help"),
    ("q", "quit"),
];
const RECORDING: Keys = &[
    ("space", "play"),
    ("←→", "10 s"),
    (".", "step"),
    ("+-", "speed"),
    ("Enter", "history"),
    ("Tab", "kind"),
    ("/", "filter"),
    ("?", "help"),
    ("q", "quit"),
];
const OBJECT: Keys = &[
    ("↑↓", "through time"),
    ("Enter", "whole object or changes"),
    ("PgDn", "scroll"),
    ("?", "help"),
    ("Esc", "back"),
];

/// Returns where the cursor is, if something is typed.
pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let x = area.x + 1;
    let room = area.width - 2;
    if let Some(prompt) = &app.prompt {
        let end = put(buffer, (x, area.y), room, prompt.label(), Theme::bold());
        let left = area.right().saturating_sub(end + 1);
        // The end of a long line is what is typed.
        let skipped = prompt.text.chars().count().saturating_sub(usize::from(left) - 1);
        let text: String = prompt.text.chars().skip(skipped).collect();
        let end = put(buffer, (end, area.y), left, text, Theme::plain());
        if prompt.purpose == Purpose::Filter && prompt.text.is_empty() {
            let hint = "  words that a row has, and !words that it has not";
            put(buffer, (end, area.y), left, hint, Theme::aside());
        }
        return Some(Position { x: end, y: area.y });
    }
    if let Some((message, _)) = &app.message {
        put(buffer, (x, area.y), room, message, app.theme.notice());
        return None;
    }
    let mut end = x;
    if !app.filter.is_empty() && app.object.is_none() {
        let shown = format!("filter: {}", app.filter);
        end = put(buffer, (x, area.y), room / 2, shown, app.theme.notice()) + 2;
    }
    draw_keys(buffer, Rect { x: end, width: area.right() - end - 1, ..area }, keys(app));
    None
}

fn keys(app: &App) -> Keys {
    match (app.shows_help, &app.object, &app.playback) {
        (true, _, _) => &[("any key", "back")],
        (false, Some(_), _) => OBJECT,
        (false, None, Some(_)) => RECORDING,
        (false, None, None) => TABLE,
    }
}

/// Writes keys and what they do. The last ones always fit.
fn draw_keys(buffer: &mut Buffer, area: Rect, keys: Keys) {
    let width = |(key, what): &(&str, &str)| crate::text::width(key) + crate::text::width(what) + 3;
    let mut keys: Vec<_> = keys.iter().collect();
    while keys.len() > 2 && keys.iter().map(|it| width(it)).sum::<u16>() > area.width + 2 {
        keys.remove(keys.len() - 3);
    }
    let mut x = area.x;
    for (key, what) in keys {
        x = put(buffer, (x, area.y), area.right().saturating_sub(x), key, Theme::bold()) + 1;
        x = put(buffer, (x, area.y), area.right().saturating_sub(x), what, Theme::aside()) + 2;
    }
}
