//! The columns of a kind's table, but for cluster, namespace and name: what a row shows of its object.

use crate::cell::Cell;
use crate::facts::Facts;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The title, in upper case.
    pub title: String,
    /// Whether it is aligned to the right.
    pub is_number: bool,
    /// How much it is worth where there is no room for all: columns of less are left out first.
    pub worth: u8,
}

/// The columns of a kind, and how they are filled. A column that no object fills is not shown.
///
/// By default they are computed from the object alone, for any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    columns: Vec<Column>,
    /// Whether cells come with the changes.
    are_of_server: bool,
}

impl Default for Columns {
    fn default() -> Self {
        let column =
            |title: &str, is_number, worth| Column { title: title.to_owned(), is_number, worth };
        Self {
            columns: vec![
                column("STATUS", false, 6),
                column("READY", true, 5),
                column("RESTARTS", true, 2),
                column("NODE", false, 0),
                column("AGE", true, 4),
            ],
            are_of_server: false,
        }
    }
}

impl Columns {
    /// Columns of a server, whose cells come with each [`Change`](crate::Change).
    pub fn of_server(columns: Vec<Column>) -> Self {
        Self { columns, are_of_server: true }
    }

    /// Returns the columns.
    pub(crate) fn all(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the cells of an object: one for each column. `None` if they are the server's, which are not given.
    pub(crate) fn cells(&self, object: &str, given: Option<Box<[Cell]>>) -> Option<Box<[Cell]>> {
        if self.are_of_server {
            return given.filter(|cells| cells.len() == self.columns.len());
        }
        let facts = Facts::of(object);
        let text = |text: Option<String>| text.map_or(Cell::Empty, |text| Cell::Text(text.into()));
        let cells = [
            text(facts.status),
            facts.ready.map_or(Cell::Empty, |(part, whole)| Cell::Part(part, whole)),
            facts.restarts.map_or(Cell::Empty, Cell::Number),
            text(facts.node),
            facts.created.map_or(Cell::Empty, Cell::Age),
        ];
        Some(cells.into())
    }
}
