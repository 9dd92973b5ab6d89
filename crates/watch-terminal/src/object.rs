//! An object that is looked at: which of its states, and what is shown of it.

pub(crate) mod lines;

use hashbrown::HashMap;

use lines::Line;

/// The object that is looked at.
#[derive(Debug)]
pub(crate) struct ObjectView {
    pub(crate) kind: usize,
    pub(crate) id: u32,
    /// The number of the chosen state; `None` is the newest, whichever that is.
    chosen: Option<u64>,
    /// Whether the whole object is shown, and not what has changed.
    pub(crate) is_whole: bool,
    /// The first line on the screen.
    pub(crate) top: usize,
    /// How many lines a page has.
    pub(crate) page: usize,
    /// What has changed, by the numbers of two states.
    pub(crate) changes: HashMap<(u64, u64), Vec<Line>>,
    /// The whole object, by the number of a state.
    pub(crate) whole: Option<(u64, Vec<Line>)>,
}

impl ObjectView {
    pub(crate) fn new(kind: usize, id: u32) -> Self {
        Self {
            kind,
            id,
            chosen: None,
            is_whole: false,
            top: 0,
            page: 1,
            changes: HashMap::new(),
            whole: None,
        }
    }

    /// Returns the place of the chosen state among those with these numbers. Of a state that is no longer kept, it is the
    /// oldest.
    pub(crate) fn place(&self, numbers: &[u64]) -> usize {
        let last = numbers.len().saturating_sub(1);
        self.chosen.map_or(last, |number| numbers.partition_point(|it| *it < number).min(last))
    }

    pub(crate) fn step(&mut self, numbers: &[u64], states: isize) {
        let place = self.place(numbers).saturating_add_signed(states);
        self.top = 0;
        // The newest one is followed.
        self.chosen = numbers.get(place).copied().filter(|_| place + 1 < numbers.len());
    }

    pub(crate) fn oldest(&mut self, numbers: &[u64]) {
        self.top = 0;
        self.chosen = numbers.first().copied().filter(|_| numbers.len() > 1);
    }

    pub(crate) fn newest(&mut self) {
        self.top = 0;
        self.chosen = None;
    }

    pub(crate) fn scroll(&mut self, is_down: bool) {
        let page = self.page.saturating_sub(2).max(1);
        self.top = if is_down { self.top + page } else { self.top.saturating_sub(page) };
    }

    pub(crate) fn toggle(&mut self) {
        self.is_whole = !self.is_whole;
        self.top = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_state_is_followed_until_another_is_chosen() {
        let mut view = ObjectView::new(0, 0);
        assert_eq!(view.place(&[3, 5, 8]), 2);
        assert_eq!(view.place(&[3, 5, 8, 9]), 3);
        view.step(&[3, 5, 8, 9], -1);
        assert_eq!(view.place(&[3, 5, 8, 9, 12]), 2, "it stays with its state");
        assert_eq!(view.place(&[9, 12]), 0, "it is no longer kept");
        view.step(&[8, 9, 12], 5);
        assert_eq!(view.place(&[8, 9, 12, 13]), 3);
        view.oldest(&[8, 9]);
        assert_eq!(view.place(&[8, 9]), 0);
        view.step(&[8, 9], -1);
        assert_eq!(view.place(&[8, 9]), 0);
        assert_eq!(view.place(&[]), 0);
    }
}
