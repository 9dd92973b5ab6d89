//! The table of the chosen kind. Only the rows on the screen are formatted.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::put;
use crate::app::App;
use crate::cell::Cell;
use crate::kind::LIT;
use crate::latest::NotYet;
use crate::layout::{self, GAP, Shown};
use crate::now::Now;
use crate::objects::{Key, Row};
use crate::table::sort::SortBy;
use crate::text;
use crate::theme::{BRIGHT, Theme};

/// In less space than this, what changed last is not shown.
const NARROWEST: u16 = 30;
/// When the next screen is drawn if this one was not done.
const NEXT: Duration = Duration::from_millis(100);

pub(super) fn draw(app: &mut App, buffer: &mut Buffer, area: Rect, now: Now) {
    app.update_order();
    let height = usize::from(area.height.saturating_sub(1));
    app.page = height;
    let ids = app.kinds[app.kind].order.ids();
    app.selection.follow(ids, height);
    let shown_now = app.shown_now(now);
    let mut columns = layout::columns(&app.kinds[app.kind], &app.clusters);
    let (rows, cells) = texts(app, &columns, shown_now);
    layout::fit(&mut app.widths, app.kind, &mut columns, &cells, area.width);
    let end = draw_titles(buffer, area, &columns);
    if rows.is_empty() {
        draw_nothing(app, buffer, Rect { y: area.y + 1, ..area });
        return;
    }
    for (y, (row, cells)) in (area.y + 1..area.bottom()).zip(rows.iter().zip(&cells)) {
        let line = Rect { y, height: 1, ..area };
        draw_row(app, buffer, line, &columns, (row, cells), shown_now);
    }
    let rest = Rect { x: end, width: area.right().saturating_sub(end), ..area };
    draw_latest(app, buffer, rest, &rows, now);
    let next = rows.iter().filter_map(|row| next_style(row, shown_now)).min();
    if let (Some(at), None) = (next, &app.frozen) {
        app.changes_at(at);
    }
}

/// A row on the screen.
struct Visible {
    id: u32,
    row: Row,
    is_chosen: bool,
}

/// Returns the rows on the screen, and the texts of their cells.
fn texts(app: &App, columns: &[Shown], now: Now) -> (Vec<Visible>, Vec<Vec<String>>) {
    let kind = &app.kinds[app.kind];
    let visible = kind.order.ids().iter().enumerate().skip(app.selection.top()).take(app.page);
    visible
        .filter_map(|(place, id)| {
            let (key, row) = kind.shown(*id)?;
            let text = |(place, column): (usize, &Shown)| {
                let text = cell(column.by, key, row, now);
                match app.clusters.get(key.cluster) {
                    Some(cluster) if place == 0 && app.clusters.len() > 1 => {
                        format!("{cluster}/{text}")
                    }
                    _ => text,
                }
            };
            let cells = columns.iter().enumerate().map(text).collect();
            let is_chosen = place == app.selection.place();
            Some((Visible { id: *id, row: row.clone(), is_chosen }, cells))
        })
        .unzip()
}

fn cell(by: SortBy, key: &Key, row: &Row, now: Now) -> String {
    match by {
        SortBy::Namespace => key.namespace.to_string(),
        SortBy::Name => key.name.to_string(),
        SortBy::Cell(place) => {
            row.cells.get(place).map_or_else(String::new, |it| it.text(now.time))
        }
        SortBy::Changed => row.changed.map_or_else(String::new, |at| Cell::Age(at).text(now.time)),
        SortBy::Changes if row.changes == 0 => String::new(),
        SortBy::Changes => text::count(row.changes.into()),
    }
}

fn draw_titles(buffer: &mut Buffer, area: Rect, columns: &[Shown]) -> u16 {
    let titles: Vec<_> = columns.iter().map(|column| column.title.clone()).collect();
    draw_cells(buffer, area, columns, &titles, |_| Theme::bold())
}

fn draw_row(
    app: &App,
    buffer: &mut Buffer,
    area: Rect,
    columns: &[Shown],
    (row, cells): (&Visible, &[String]),
    now: Now,
) {
    let is_deleted = row.row.is_deleted;
    let lit = row
        .row
        .lit
        .map_or(Theme::plain(), |(etype, at)| app.theme.lit(etype, now.since(at), is_deleted));
    let is_quiet = lit == Theme::plain();
    let style = |place: usize| match columns[place].by {
        SortBy::Cell(0) if is_quiet => app.theme.status(&cells[place]),
        SortBy::Namespace if is_quiet && !row.is_chosen => Theme::aside(),
        _ => Theme::plain(),
    };
    buffer.set_style(area, lit);
    draw_cells(buffer, area, columns, cells, style);
    if row.is_chosen {
        buffer.set_style(area, Theme::selected());
    }
}

fn draw_cells(
    buffer: &mut Buffer,
    area: Rect,
    columns: &[Shown],
    texts: &[String],
    style: impl Fn(usize) -> Style,
) -> u16 {
    let mut x = area.x;
    for (place, (column, text)) in columns.iter().zip(texts).enumerate() {
        let room = column.width.min(area.right().saturating_sub(x));
        if room == 0 {
            continue;
        }
        let text = match column.by {
            SortBy::Name | SortBy::Namespace => text::cut_middle(text, usize::from(room)),
            _ => text::cut(text, usize::from(room)),
        };
        let indent = if column.is_number { room.saturating_sub(text::width(&text)) } else { 0 };
        put(buffer, (x + indent, area.y), room, text, style(place));
        x += room + GAP;
    }
    x
}

/// Draws what changed last, beside the columns.
fn draw_latest(app: &mut App, buffer: &mut Buffer, area: Rect, rows: &[Visible], now: Now) {
    if area.width < NARROWEST {
        return;
    }
    put(buffer, (area.x, area.y), area.width, "LAST CHANGE", Theme::bold());
    let shown = app.shown_number();
    let mut latest = std::mem::take(&mut app.latest);
    latest.begin();
    for (y, row) in (area.y + 1..area.bottom()).zip(rows) {
        match latest.text((app.kind, &app.kinds[app.kind]), row.id, shown) {
            Ok(None) => {}
            Ok(Some(text)) => {
                let text = text::cut(text, usize::from(area.width));
                let style = if row.is_chosen { Theme::selected() } else { Theme::plain() };
                put(buffer, (area.x, y), area.width, text, style);
            }
            Err(NotYet) => app.changes_at(now.elapsed + NEXT),
        }
    }
    app.latest = latest;
}

fn draw_nothing(app: &App, buffer: &mut Buffer, area: Rect) {
    let kind = &app.kinds[app.kind];
    let text = if app.filter.is_empty() {
        format!("there is no {} yet", kind.setup.singular)
    } else {
        format!("no {} matches the filter; Esc clears it", kind.setup.singular)
    };
    put(buffer, (area.x, area.y), area.width, text, Theme::aside());
}

/// Returns when the style of a row changes by itself.
fn next_style(row: &Visible, now: Now) -> Option<Duration> {
    let (_, at) = row.row.lit?;
    [at + BRIGHT, at + LIT].into_iter().find(|at| *at > now.elapsed)
}
