//! Draws the screen: two lines at the top, kinds and a table or an object below them, and the keys at the bottom.

mod footer;
mod header;
mod help;
mod kinds;
mod object;
mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::App;
use crate::now::Now;
use crate::theme::Theme;

/// The smallest screen on which everything has its place.
const SMALLEST: (u16, u16) = (60, 10);
/// How wide the list of kinds is: a fifth of the screen, within these bounds.
const KINDS_WIDTH: (u16, u16) = (21, 36);

impl App {
    /// Draws the screen, over all of the buffer's area. Returns where the cursor is, if it is to be seen.
    pub fn draw(&mut self, buffer: &mut Buffer, now: Now) -> Option<Position> {
        self.advance(now);
        draw(self, buffer, now)
    }
}

fn draw(app: &mut App, buffer: &mut Buffer, now: Now) -> Option<Position> {
    let area = buffer.area;
    buffer.reset();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        draw_too_small(buffer, area);
        return None;
    }
    header::draw(app, buffer, area, now);
    let body = Rect { y: area.y + 2, height: area.height - 3, ..area };
    if app.shows_help {
        help::draw(app, buffer, body);
    } else if app.object.is_some() {
        object::draw(app, buffer, body, now);
    } else {
        let width = (area.width / 5).clamp(KINDS_WIDTH.0, KINDS_WIDTH.1);
        kinds::draw(app, buffer, Rect { width, ..body });
        separator(buffer, body.x + width, body);
        let left = width + 2;
        let table = Rect { x: body.x + left, width: body.width - left, ..body };
        table::draw(app, buffer, table, now);
    }
    let bottom = Rect { y: area.bottom() - 1, height: 1, ..area };
    footer::draw(app, buffer, bottom)
}

fn draw_too_small(buffer: &mut Buffer, area: Rect) {
    let lines = [
        format!("The terminal is {}×{}.", area.width, area.height),
        format!("top needs {}×{}.", SMALLEST.0, SMALLEST.1),
    ];
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        put(buffer, (area.x, y), area.width, &line, Theme::plain());
    }
}

/// Writes a text, as far as it fits into a width. Returns where it ends.
fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    width: u16,
    text: impl AsRef<str>,
    style: Style,
) -> u16 {
    buffer.set_stringn(x, y, text, usize::from(width), style).0
}

/// Draws a line from top to bottom.
fn separator(buffer: &mut Buffer, x: u16, area: Rect) {
    for y in area.y..area.bottom() {
        put(buffer, (x, y), 1, "│", Theme::aside());
    }
}
