//! The row that is chosen, and the part of the table that is on the screen.

/// The chosen row. It stays with its object, wherever that moves, once the user has chosen it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Selection {
    /// The object; `None` is whatever comes first.
    id: Option<u32>,
    /// Where it was last.
    place: usize,
    /// The first row on the screen.
    top: usize,
}

impl Selection {
    /// Finds the object again. One that is gone leaves its place to another.
    pub(crate) fn follow(&mut self, ids: &[u32], height: usize) {
        if let Some(id) = self.id {
            let is_there = ids.get(self.place) == Some(&id);
            if let Some(place) =
                is_there.then_some(self.place).or_else(|| ids.iter().position(|it| *it == id))
            {
                self.place = place;
            } else {
                self.choose(ids, self.place);
            }
        } else {
            self.place = 0;
        }
        let lowest = (self.place + 1).saturating_sub(height);
        let last = ids.len().saturating_sub(height);
        self.top = self.top.clamp(lowest, self.place.max(lowest)).min(last);
    }

    /// Moves it by a number of rows.
    pub(crate) fn step(&mut self, ids: &[u32], rows: isize) {
        self.choose(ids, self.place.saturating_add_signed(rows));
    }

    /// Chooses what comes first, whatever that is.
    pub(crate) fn first(&mut self) {
        *self = Self::default();
    }

    /// Chooses the row at a place, or the last one.
    pub(crate) fn choose(&mut self, ids: &[u32], place: usize) {
        self.place = place.min(ids.len().saturating_sub(1));
        self.id = ids.get(self.place).copied();
    }

    /// Returns the chosen object.
    pub(crate) fn id(&self, ids: &[u32]) -> Option<u32> {
        ids.get(self.place).copied()
    }

    pub(crate) fn place(&self) -> usize {
        self.place
    }

    pub(crate) fn top(&self) -> usize {
        self.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_row_follows_its_object() {
        let mut selection = Selection::default();
        let ids = [4, 3, 2, 1];
        selection.follow(&ids, 2);
        assert_eq!(selection.id(&ids), Some(4));
        let ids = [7, 4, 3, 2, 1];
        selection.follow(&ids, 2);
        assert_eq!(selection.id(&ids), Some(7), "nothing was chosen: it is the first");
        selection.step(&ids, 2);
        selection.follow(&ids, 2);
        assert_eq!((selection.id(&ids), selection.top()), (Some(3), 1));
        let ids = [3, 7, 4, 2, 1];
        selection.follow(&ids, 2);
        assert_eq!((selection.id(&ids), selection.place(), selection.top()), (Some(3), 0, 0));
    }

    #[test]
    fn place_of_a_row_that_is_gone_is_kept() {
        let mut selection = Selection::default();
        selection.step(&[1, 2, 3], 1);
        selection.follow(&[1, 3], 5);
        assert_eq!(selection.id(&[1, 3]), Some(3));
        selection.follow(&[1], 5);
        assert_eq!(selection.id(&[1]), Some(1));
        selection.follow(&[], 5);
        assert_eq!(selection.id(&[]), None);
    }

    #[test]
    fn screen_is_full_as_far_as_there_are_rows() {
        let ids: Vec<u32> = (0..10).collect();
        let mut selection = Selection::default();
        selection.step(&ids, 100);
        selection.follow(&ids, 4);
        assert_eq!((selection.place(), selection.top()), (9, 6));
        selection.follow(&ids[..5], 4);
        assert_eq!((selection.place(), selection.top()), (4, 1));
        selection.first();
        selection.follow(&ids, 4);
        assert_eq!(selection.top(), 0);
    }
}
