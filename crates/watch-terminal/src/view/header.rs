//! The two lines at the top: what is watched, and how the watches, or the recording, are.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::put;
use crate::app::App;
use crate::now::Now;
use crate::playback::Playback;
use crate::theme::Theme;
use crate::watches::Line;
use crate::{rate, text};

pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect, now: Now) {
    let shown = app.shown_now(now);
    draw_totals(app, buffer, area, shown);
    let second = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: 1 };
    match (&app.frozen, &app.playback) {
        (Some(_), _) => {
            let waiting = match app.waiting() {
                0 => "nothing has happened since".to_owned(),
                1 => "1 event waits".to_owned(),
                count => format!("{} events wait", text::count(count)),
            };
            let at = text::time_of_day(shown.time);
            let line = format!("‖ frozen at {at}; {waiting}; space goes on");
            put(buffer, (second.x, second.y), second.width, line, app.theme.notice());
        }
        (None, Some(playback)) => draw_playback(app, buffer, second, *playback, shown.time),
        (None, None) => draw_watches(app, buffer, second, now),
    }
}

/// Writes `watchables top  URL     3 kinds  1,234 objects  56/s  03:04:05`.
fn draw_totals(app: &App, buffer: &mut Buffer, area: Rect, shown: Now) {
    let kinds = 0..app.kinds.len();
    let objects: u64 = kinds.clone().map(|kind| app.totals(kind).count).sum();
    let events: f64 = kinds.map(|kind| app.totals(kind).rate.per_second()).sum();
    let right = format!(
        "{}  {}  {} UTC",
        text::counted(objects, "object"),
        rate::text(events),
        text::time_of_day(shown.time)
    );
    let x = area.right().saturating_sub(text::width(&right) + 1);
    put(buffer, (x, area.y), area.right() - x, &right, Theme::plain());
    let end = put(buffer, (area.x + 1, area.y), area.width, "watchables top", app.theme.heading());
    let room = x.saturating_sub(end + 4);
    let source = text::cut(&app.source, usize::from(room));
    put(buffer, (end + 2, area.y), room, source, Theme::plain());
}

fn draw_watches(app: &App, buffer: &mut Buffer, area: Rect, now: Now) {
    let (sign, line, style) = match app.watches.line(now) {
        Line::Good(line) => ("●", line, app.theme.good()),
        Line::Waiting(line) => ("…", line, app.theme.notice()),
        Line::Bad(line) => ("○", line, app.theme.bad()),
    };
    let line = text::cut(&line, usize::from(area.width - 2));
    put(buffer, (area.x, area.y), 1, sign, style);
    put(buffer, (area.x + 2, area.y), area.width - 2, line, style);
}

/// Writes `▶ 2026-01-02 03:04:05  ×10  ━━━━●────  +1h2m of 3h`.
fn draw_playback(app: &App, buffer: &mut Buffer, area: Rect, playback: Playback, time: Timestamp) {
    let Playback { start, end, is_playing, speed } = playback;
    let sign = if is_playing { "▶" } else { "‖" };
    let date = time.strftime("%Y-%m-%d %H:%M:%S");
    let left = format!("{sign} {date}  ×{speed}  ");
    let since = |at: Timestamp| text::age(at.duration_since(start));
    let right = format!("  +{} of {}", since(time), since(end));
    put(buffer, (area.x, area.y), area.width, &left, app.theme.notice());
    let x = area.x + text::width(&left);
    let end_x = area.right().saturating_sub(text::width(&right));
    put(buffer, (end_x, area.y), area.right() - end_x, &right, Theme::plain());
    let cells = usize::from(end_x.saturating_sub(x));
    if cells < 3 {
        return;
    }
    let whole = end.duration_since(start).as_secs_f64().max(f64::MIN_POSITIVE);
    let part = (time.duration_since(start).as_secs_f64() / whole).clamp(0.0, 1.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place on the screen"
    )]
    let place = (part * (cells - 1) as f64).round() as usize;
    let bar = format!("{}●{}", "━".repeat(place), "─".repeat(cells - 1 - place));
    put(buffer, (x, area.y), area.width, bar, app.theme.sparkline());
}
