//! By which column rows are sorted.

use std::cmp::Ordering;

use crate::objects::{Key, Row};

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SortBy {
    #[default]
    Namespace,
    Name,
    /// The cell of this column.
    Cell(usize),
    Changed,
    Changes,
}

/// What rows are sorted by, and in which direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) by: SortBy,
    pub(crate) is_reversed: bool,
}

impl Sort {
    /// Returns the next sort: the reverse, and after that the next of the columns.
    pub(crate) fn next(self, columns: &[SortBy]) -> Self {
        if !self.is_reversed {
            return Self { is_reversed: true, ..self };
        }
        let place = columns.iter().position(|by| *by == self.by).map_or(0, |place| place + 1);
        Self {
            by: columns.get(place % columns.len().max(1)).copied().unwrap_or_default(),
            is_reversed: false,
        }
    }

    /// Returns the sort of which this is the next.
    pub(crate) fn previous(self, columns: &[SortBy]) -> Self {
        if self.is_reversed {
            return Self { is_reversed: false, ..self };
        }
        let count = columns.len().max(1);
        let place = columns.iter().position(|by| *by == self.by).map_or(0, |it| it + count - 1);
        Self { by: columns.get(place % count).copied().unwrap_or_default(), is_reversed: true }
    }

    /// Compares two rows. Those that are equal are sorted by namespace and name.
    pub(crate) fn compare(self, one: (&Key, &Row), other: (&Key, &Row)) -> Ordering {
        let ((key, row), (other_key, other_row)) = (one, other);
        let by = match self.by {
            SortBy::Namespace => key.namespace.cmp(&other_key.namespace),
            SortBy::Name => key.name.cmp(&other_key.name),
            SortBy::Cell(place) => match (row.cells.get(place), other_row.cells.get(place)) {
                (Some(cell), Some(other)) if cell.is_empty() != other.is_empty() => {
                    // Whichever the direction: what is empty comes last.
                    return cell.is_empty().cmp(&other.is_empty());
                }
                (Some(cell), Some(other)) => cell.compare(other),
                _ => Ordering::Equal,
            },
            SortBy::Changed => other_row.changed.cmp(&row.changed),
            SortBy::Changes => row.changes.cmp(&other_row.changes),
        };
        let by = if self.is_reversed { by.reverse() } else { by };
        by.then_with(|| key.namespace.cmp(&other_key.namespace))
            .then_with(|| key.name.cmp(&other_key.name))
            .then_with(|| key.cluster.cmp(&other_key.cluster))
    }

    /// Returns whether a row may have another place than the one that it replaces.
    pub(crate) fn moves(self, before: &Row, after: &Row) -> bool {
        match self.by {
            SortBy::Namespace | SortBy::Name => false,
            SortBy::Cell(place) => before.cells.get(place) != after.cells.get(place),
            SortBy::Changed => before.changed != after.changed,
            SortBy::Changes => before.changes != after.changes,
        }
    }
}
