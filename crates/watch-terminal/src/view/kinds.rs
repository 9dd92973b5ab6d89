//! The list of kinds: how many objects there are, and how many events.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::bar;

use super::put;
use crate::app::App;
use crate::theme::Theme;
use crate::{rate, text};

/// Each kind has two lines.
const LINES: u16 = 2;
/// How wide a rate is.
const RATE_WIDTH: u16 = 9;

pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect) {
    put(buffer, (area.x + 1, area.y), area.width, "KIND", Theme::bold());
    let title = "OBJECTS";
    put(buffer, (area.right() - text::width(title) - 1, area.y), area.width, title, Theme::bold());
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let fitting = usize::from(area.height / LINES).max(1);
    let top = (app.kind + 1).saturating_sub(fitting);
    for (place, kind) in (0..).zip(top..app.kinds.len().min(top + fitting)) {
        let y = area.y + place * LINES;
        draw_kind(app, buffer, Rect { y, height: LINES, ..area }, kind);
    }
}

fn draw_kind(app: &App, buffer: &mut Buffer, area: Rect, kind: usize) {
    let totals = app.totals(kind);
    let is_chosen = kind == app.kind;
    let count = text::count(totals.count);
    let room = area.width.saturating_sub(text::width(&count) + 3);
    let title = text::cut(&app.kinds[kind].setup.title, usize::from(room));
    let x = area.right() - 1 - text::width(&count);
    let style = if totals.count == 0 { Theme::aside() } else { Theme::plain() };
    put(buffer, (area.x + 1, area.y), room, title, style);
    put(buffer, (x, area.y), area.width, &count, style);
    if is_chosen {
        buffer.set_style(Rect { height: 1, ..area }, Theme::selected());
    }
    let y = area.y + 1;
    let rate = format!("{:>1$}", rate::text(totals.rate.per_second()), usize::from(RATE_WIDTH));
    put(buffer, (area.x, y), RATE_WIDTH, rate, Theme::aside());
    let room = area.width.saturating_sub(RATE_WIDTH + 2);
    let line = sparkline(&totals.rate.last(usize::from(room)));
    let x = area.right() - 1 - text::width(&line);
    put(buffer, (x, y), room, line, app.theme.sparkline());
}

/// Returns a bar for each count, the highest of which is as high as a line.
fn sparkline(counts: &[u32]) -> String {
    const LEVELS: [&str; 8] = [
        bar::ONE_EIGHTH,
        bar::ONE_QUARTER,
        bar::THREE_EIGHTHS,
        bar::HALF,
        bar::FIVE_EIGHTHS,
        bar::THREE_QUARTERS,
        bar::SEVEN_EIGHTHS,
        bar::FULL,
    ];
    // A lone event is no peak.
    let highest = u64::from(counts.iter().copied().max().unwrap_or(0).max(4));
    let level = |count: u32| {
        let level = u64::from(count) * 7;
        usize::try_from(level.div_ceil(highest)).unwrap_or(7)
    };
    counts.iter().map(|count| LEVELS[level(*count).min(7)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_the_highest() {
        assert_eq!(sparkline(&[0, 1, 50, 100]), "▁▂▅█");
        assert_eq!(sparkline(&[0, 1, 0]), "▁▃▁");
        assert_eq!(sparkline(&[u32::MAX]), "█");
        assert_eq!(sparkline(&[]), "");
    }
}
