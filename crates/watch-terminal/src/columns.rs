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

/// The columns of a kind, and how they are filled.
///
/// These are computed from the object alone, for any kind. A column that no object fills is not shown.
#[derive(Clone, Debug)]
pub struct Columns {
    columns: Vec<Column>,
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
        }
    }
}

impl Columns {
    /// Returns the columns.
    pub(crate) fn all(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the cells of an object: one for each column.
    #[allow(clippy::unused_self, reason = "columns of a server will decide")]
    pub(crate) fn cells(&self, object: &str) -> Box<[Cell]> {
        let facts = Facts::of(object);
        let text = |text: Option<String>| text.map_or(Cell::Empty, |text| Cell::Text(text.into()));
        [
            text(facts.status),
            facts.ready.map_or(Cell::Empty, |(part, whole)| Cell::Part(part, whole)),
            facts.restarts.map_or(Cell::Empty, Cell::Number),
            text(facts.node),
            facts.created.map_or(Cell::Empty, Cell::Age),
        ]
        .into()
    }
}
