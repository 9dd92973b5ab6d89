//! The columns of a table's rows: only the first row of a response comes with them, and that one may not be delivered.

use bytes::Bytes;

use crate::envelope::table::{self, Columns};
use crate::raw_object::{Form, RawObject};

/// The newest columns.
#[derive(Default)]
pub(super) struct TableColumns {
    newest: Columns,
    /// Whether the consumer has yet to see them.
    is_due: bool,
}

impl TableColumns {
    /// Takes note of the columns of a response, if there are any.
    pub(super) fn received(&mut self, columns: Columns) {
        if columns.is_some() && columns != self.newest {
            // Not a slice of the response, which it would keep alive.
            self.newest = columns.map(|columns| Bytes::copy_from_slice(&columns));
            self.is_due = true;
        }
    }

    /// Adds the columns to a row if the consumer has not seen them. Not to one without cells.
    pub(super) fn add_to(&mut self, object: &mut RawObject) {
        if let Some(columns) = self.newest.as_ref().filter(|_| self.is_due)
            && object.form == Form::Row
            && table::has_cells(&object.bytes)
        {
            object.bytes = table::with_columns(&object.bytes, columns);
            self.is_due = false;
        }
    }
}
