//! An object, with what has happened to it since the start.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use watch_protocol::{EventType, Origin};

use super::{put, separator};
use crate::app::App;
use crate::history::State;
use crate::now::Now;
use crate::object::ObjectView;
use crate::object::lines::{self, Line};
use crate::text;
use crate::theme::Theme;

/// How wide the list of states is: `03:04:05 MODIFIED  12 fields`.
const STATES_WIDTH: u16 = 29;

pub(super) fn draw(app: &mut App, buffer: &mut Buffer, area: Rect, now: Now) {
    let shown_number = app.shown_number();
    let now = app.shown_now(now);
    let Some(mut view) = app.object.take() else { return };
    let kind = &app.kinds[view.kind];
    // It cannot vanish while it is looked at, except by a jump in a recording.
    let Some(object) = kind.objects.get(view.id) else { return };
    let states: Vec<&State> =
        object.history.states().iter().filter(|it| it.number <= shown_number).collect();
    let numbers: Vec<u64> = states.iter().map(|state| state.number).collect();
    let place = view.place(&numbers);

    let key = &object.key;
    let namespace = if key.namespace.is_empty() { "" } else { "/" };
    let mut title = format!("{} {}{namespace}{}", kind.setup.singular, key.namespace, key.name);
    if let Some(cluster) = app.clusters.get(key.cluster)
        && app.clusters.len() > 1
    {
        title = format!("{title} in {cluster}");
    }
    let end = put(buffer, (area.x + 1, area.y), area.width - 2, &title, app.theme.heading());
    let count = states.len();
    let mut about = format!("state {} of {count}", (place + 1).min(count));
    if object.history.dropped > 0 {
        about = format!("{about}; {} older are not kept", text::count(object.history.dropped));
    }
    put(buffer, (end + 2, area.y), area.right().saturating_sub(end + 3), about, Theme::aside());

    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let left = Rect { width: STATES_WIDTH, ..body };
    compare(&mut view, &states);
    draw_states(app, buffer, left, &view, &states, place);
    separator(buffer, left.right(), body);
    let x = left.right() + 2;
    let right = Rect { x, width: body.right() - x, ..body };
    if let Some(state) = states.get(place) {
        let before = place.checked_sub(1).map(|place| states[place]);
        draw_state(app, buffer, right, &mut view, (before, state), now);
    }
    app.object = Some(view);
}

/// Compares each state with the one before it, once.
fn compare(view: &mut ObjectView, states: &[&State]) {
    let pairs = states.windows(2).filter(|pair| pair[1].etype == EventType::Modified);
    let pairs: Vec<_> = pairs.map(|pair| (pair[0], pair[1])).collect();
    let oldest = states.first().map_or(0, |state| state.number);
    view.changes.retain(|(before, _), _| *before >= oldest);
    for (before, after) in pairs {
        let numbers = (before.number, after.number);
        view.changes.entry(numbers).or_insert_with(|| lines::changes(before, after));
    }
}

fn draw_states(
    app: &App,
    buffer: &mut Buffer,
    area: Rect,
    view: &ObjectView,
    states: &[&State],
    place: usize,
) {
    let height = usize::from(area.height);
    let top = (place + 1).saturating_sub(height);
    for (y, index) in (area.y..area.bottom()).zip(top..states.len()) {
        let state = states[index];
        let before = index.checked_sub(1).map(|index| states[index].number);
        let changes = before.and_then(|before| view.changes.get(&(before, state.number)));
        let fields = changes.map(|lines| {
            lines.iter().filter(|line| matches!(line, Line::Change { .. })).count() as u64
        });
        let what = match (state.origin, state.etype) {
            (Origin::Initial, _) => "existed".to_owned(),
            (Origin::Repair, _) => "repaired".to_owned(),
            (_, EventType::Modified) => {
                fields.map_or_else(String::new, |fields| text::counted(fields, "field"))
            }
            _ => String::new(),
        };
        let x = area.x + 1;
        let time = text::time_of_day(state.time);
        put(buffer, (x, y), area.width, time, Theme::aside());
        put(buffer, (x + 9, y), area.width, state.etype.as_str(), app.theme.event(state.etype));
        put(buffer, (x + 18, y), area.width - 19, what, Theme::plain());
        if index == place {
            buffer.set_style(Rect { y, height: 1, ..area }, Theme::selected());
        }
    }
}

fn draw_state(
    app: &App,
    buffer: &mut Buffer,
    area: Rect,
    view: &mut ObjectView,
    (before, state): (Option<&State>, &State),
    now: Now,
) {
    let age = text::age(now.time.duration_since(state.time));
    let what = match (state.origin, state.etype) {
        (Origin::Initial, _) => "existed at the start,".to_owned(),
        (Origin::Repair, etype) => format!("{etype}, found by a comparison after a gap,"),
        (_, EventType::Added) => "was created".to_owned(),
        (_, EventType::Modified) => "was changed".to_owned(),
        (_, EventType::Deleted) => "was deleted".to_owned(),
    };
    let changes = before.and_then(|before| view.changes.get(&(before.number, state.number)));
    let is_whole = view.is_whole || changes.is_none();
    let shown = if is_whole { "the whole object" } else { "what changed" };
    let title = format!("{what} {age} ago: {shown}");
    put(buffer, (area.x, area.y), area.width, title, Theme::bold());
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let lines = match changes {
        Some(changes) if !view.is_whole => changes.as_slice(),
        _ => {
            if view.whole.as_ref().is_none_or(|(number, _)| *number != state.number) {
                view.whole = Some((state.number, lines::whole(state)));
            }
            view.whole.as_ref().map_or(&[][..], |(_, lines)| lines)
        }
    };
    let wrapped = wrap(app, lines, area.width);
    view.page = usize::from(area.height);
    view.top = view.top.min(wrapped.len().saturating_sub(view.page));
    for (y, parts) in (area.y..area.bottom()).zip(wrapped.iter().skip(view.top)) {
        let mut x = area.x;
        for (text, style) in parts {
            x = put(buffer, (x, y), area.right().saturating_sub(x), text, *style);
        }
    }
    let more = wrapped.len().saturating_sub(view.top + view.page);
    if more > 0 {
        let text = format!(" {more} more lines: PgDn ");
        let x = area.right().saturating_sub(text::width(&text));
        put(buffer, (x, area.bottom() - 1), area.width, text, Theme::selected());
    }
}

type Parts = Vec<(String, ratatui::style::Style)>;

/// Breaks lines that are too long.
fn wrap(app: &App, lines: &[Line], room: u16) -> Vec<Parts> {
    let mut wrapped = Vec::new();
    for line in lines {
        match line {
            Line::Remark(text) => wrapped.push(vec![(text.clone(), Theme::aside())]),
            Line::Text(text) => {
                let indent = text.len() - text.trim_start().len() + 2;
                wrap_text(&mut wrapped, text, indent, room, Theme::plain());
            }
            Line::Change { path, values } => wrap_change(app, &mut wrapped, path, values, room),
        }
    }
    wrapped
}

fn wrap_change(app: &App, wrapped: &mut Vec<Parts>, path: &str, values: &str, room: u16) {
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let path = (path.to_owned(), app.theme.path(first));
    let colon = values.find(": ").map_or(0, |at| at + 2);
    let (colon, values) = values.split_at(colon);
    let sides = values.split_once(" → ").filter(|(_, after)| !after.contains(" → "));
    let Some((before, after)) = sides else {
        wrapped.push(vec![path, (colon.to_owned(), Theme::plain())]);
        wrap_text(wrapped, &format!("  {values}"), 4, room, Theme::plain());
        return;
    };
    let all = [path.0.as_str(), colon, before, " → ", after];
    if all.into_iter().map(text::width).sum::<u16>() <= room {
        wrapped.push(vec![
            path,
            (colon.to_owned(), Theme::plain()),
            (before.to_owned(), app.theme.before()),
            (" → ".to_owned(), Theme::plain()),
            (after.to_owned(), app.theme.after()),
        ]);
        return;
    }
    wrapped.push(vec![path, (colon.trim_end().to_owned(), Theme::plain())]);
    wrap_text(wrapped, &format!("  {before}"), 4, room, app.theme.before());
    wrap_text(wrapped, &format!("→ {after}"), 4, room, app.theme.after());
}

fn wrap_text(
    wrapped: &mut Vec<Parts>,
    text: &str,
    indent: usize,
    room: u16,
    style: ratatui::style::Style,
) {
    let room = usize::from(room).max(20);
    let indent = indent.min(room / 2);
    let mut line = String::new();
    let mut taken = 0;
    for char in text.chars() {
        if taken == room {
            wrapped.push(vec![(std::mem::take(&mut line), style)]);
            line = " ".repeat(indent);
            taken = indent;
        }
        line.push(char);
        taken += 1;
    }
    wrapped.push(vec![(line, style)]);
}
