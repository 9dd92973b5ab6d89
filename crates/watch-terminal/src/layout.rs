//! Which columns are shown, and how wide they are.

use crate::kind::Kind;
use crate::table::sort::{Sort, SortBy};
use crate::text::width;

/// Between two columns.
pub(crate) const GAP: u16 = 2;
/// To how many cells names and namespaces are cut, if there is no room for more.
const NAME_WIDTH: u16 = 20;
const NAMESPACE_WIDTH: u16 = 10;
/// Names that are longer are cut before columns are left out.
const LONG_NAME: u16 = 42;
/// What is left out before names are cut.
const LEAST: u8 = 2;
/// What always has its place.
const INDISPENSABLE: u8 = 9;

/// How wide columns are: as wide as what they have shown, so that nothing moves to and fro.
#[derive(Debug, Default)]
pub(crate) struct Widths {
    /// Of which kind, and on how wide a screen.
    of: (usize, u16),
    widths: Vec<(SortBy, u16)>,
}

/// A column on the screen.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) by: SortBy,
    pub(crate) title: String,
    pub(crate) is_number: bool,
    worth: u8,
    /// How many cells it takes; 0 if there is no room for it.
    pub(crate) width: u16,
}

/// Returns the columns of a kind that are filled.
pub(crate) fn columns(kind: &Kind, clusters: &[String]) -> Vec<Shown> {
    let column = |by, title: &str, is_number, worth| {
        let title = title.to_owned();
        Shown { by, width: 0, title, is_number, worth }
    };
    let mut columns = Vec::new();
    if kind.setup.is_namespaced {
        columns.push(column(SortBy::Namespace, "NAMESPACE", false, INDISPENSABLE));
    }
    columns.push(column(SortBy::Name, "NAME", false, INDISPENSABLE));
    for (place, cell) in kind.setup.columns.all().iter().enumerate() {
        if kind.filled.get(place).is_some_and(|filled| *filled > 0) {
            columns.push(column(SortBy::Cell(place), &cell.title, cell.is_number, cell.worth));
        }
    }
    columns.push(column(SortBy::Changed, "CHANGED", true, 3));
    columns.push(column(SortBy::Changes, "CHANGES", true, 1));
    if clusters.len() > 1 {
        // Namespaces of several clusters are told apart by the name of the cluster before them.
        columns[0].title = format!("CLUSTER/{}", columns[0].title);
    }
    let Sort { by, is_reversed } = kind.order.sort();
    if let Some(sorted) = columns.iter_mut().find(|column| column.by == by) {
        sorted.title.push(if is_reversed { '↓' } else { '↑' });
    }
    columns
}

/// Leaves columns out, those of the least worth first, until there is room for the others.
fn leave_out(
    columns: &mut [Shown],
    room: u16,
    is_dispensable: fn(&Shown) -> bool,
    width: fn(&Shown) -> u16,
) {
    while needed(columns, width) > room + GAP {
        let dispensable = columns.iter_mut().filter(|it| it.width > 0 && is_dispensable(it));
        match dispensable.min_by_key(|column| column.worth) {
            // Its texts stay where they are, by its place.
            Some(column) => column.width = 0,
            None => return,
        }
    }
}

/// Returns how much room columns need that are as wide as a function says.
fn needed(columns: &[Shown], width: fn(&Shown) -> u16) -> u16 {
    columns.iter().filter(|it| it.width > 0).map(|it| width(it) + GAP).sum()
}

/// Returns how wide a column is, if names that are not very long are whole.
fn whole(column: &Shown) -> u16 {
    match column.by {
        SortBy::Name | SortBy::Namespace => column.width.min(LONG_NAME),
        _ => column.width,
    }
}

/// Returns how wide a column is, if names are cut.
fn cut(column: &Shown) -> u16 {
    match column.by {
        SortBy::Name => column.width.min(NAME_WIDTH),
        SortBy::Namespace => column.width.min(NAMESPACE_WIDTH),
        _ => column.width,
    }
}

/// Decides which columns are shown, and how wide they are.
pub(crate) fn fit(
    widths: &mut Widths,
    kind: usize,
    columns: &mut [Shown],
    rows: &[Vec<String>],
    room: u16,
) {
    if widths.of != (kind, room) {
        *widths = Widths { of: (kind, room), widths: Vec::new() };
    }
    for (place, column) in columns.iter_mut().enumerate() {
        let widest = rows.iter().map(|row| width(&row[place])).max().unwrap_or(0);
        let known = widths.widths.iter_mut().find(|(by, _)| *by == column.by);
        let wanted = widest.max(width(&column.title));
        column.width = wanted.max(known.as_ref().map_or(0, |(_, known)| *known));
        match known {
            Some((_, known)) => *known = column.width,
            None => widths.widths.push((column.by, wanted)),
        }
    }
    // Whole names are worth more than the least columns.
    leave_out(columns, room, |column| column.worth <= LEAST, whole);
    leave_out(columns, room, |column| column.worth < INDISPENSABLE, cut);
    let mut spare = (room + GAP).saturating_sub(needed(columns, cut));
    for by in [SortBy::Name, SortBy::Namespace] {
        if let Some(column) = columns.iter_mut().find(|column| column.by == by) {
            let (wanted, least) = (column.width, cut(column));
            let more = spare.min(wanted - least);
            column.width = least + more;
            spare -= more;
        }
    }
}
