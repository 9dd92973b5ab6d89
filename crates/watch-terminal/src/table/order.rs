//! The rows of a table that are shown, in order. It is kept as rows change: only those that may move are sorted.

use crate::filter::Filter;
use crate::objects::{Key, Row};
use crate::table::sort::Sort;

/// The places of the objects that are shown, in order.
#[derive(Debug, Default)]
pub(crate) struct Order {
    ids: Vec<u32>,
    sort: Sort,
    filter: Filter,
    /// Those that may have another place, and whether one is among them.
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    is_stale: bool,
}

impl Order {
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    pub(crate) fn sort(&self) -> Sort {
        self.sort
    }

    pub(crate) fn set_sort(&mut self, sort: Sort) {
        self.is_stale |= self.sort != sort;
        self.sort = sort;
    }

    pub(crate) fn set_filter(&mut self, filter: Filter) {
        self.is_stale |= self.filter != filter;
        self.filter = filter;
    }

    /// Returns it without rows.
    pub(crate) fn cleared(&self) -> Self {
        Self { sort: self.sort, filter: self.filter.clone(), ..Self::default() }
    }

    /// Returns whether a row may have another place than the one that it replaces, or may be hidden.
    pub(crate) fn moves(&self, before: &Row, after: &Row) -> bool {
        !self.filter.is_empty() || self.sort.moves(before, after)
    }

    /// Takes note of a row that is new, may have another place, or is gone.
    pub(crate) fn touch(&mut self, id: u32) {
        let place = id as usize;
        if self.is_touched.len() <= place {
            self.is_touched.resize(place + 1, false);
        }
        if !std::mem::replace(&mut self.is_touched[place], true) {
            self.touched.push(id);
        }
    }

    /// Brings it up to date with the rows.
    pub(crate) fn update<'a>(
        &mut self,
        all: impl Iterator<Item = u32>,
        row: impl Fn(u32) -> Option<(&'a Key, &'a Row)>,
    ) {
        let Self { ids, sort, filter, touched, is_touched, is_stale } = self;
        let is_shown = |id: &u32| {
            row(*id).is_some_and(|(key, row)| filter.is_empty() || matches(filter, key, row))
        };
        let compare = |one: &u32, other: &u32| match (row(*one), row(*other)) {
            (Some(one), Some(other)) => sort.compare(one, other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        };
        if *is_stale {
            *ids = all.filter(is_shown).collect();
            ids.sort_unstable_by(compare);
        } else if !touched.is_empty() {
            ids.retain(|id| !is_touched.get(*id as usize).copied().unwrap_or(false));
            let mut moved: Vec<_> = touched.iter().copied().filter(is_shown).collect();
            moved.sort_unstable_by(compare);
            *ids = merge(ids, &moved, compare);
        }
        *is_stale = false;
        for id in touched.drain(..) {
            is_touched[id as usize] = false;
        }
    }
}

fn matches(filter: &Filter, key: &Key, row: &Row) -> bool {
    let cells = row.cells.iter().filter_map(|cell| match cell {
        crate::Cell::Text(text) => Some(&**text),
        _ => None,
    });
    filter.matches(&[&*key.namespace, &*key.name].into_iter().chain(cells))
}

/// Merges two lists in order, the second of which is short.
fn merge(
    long: &[u32],
    short: &[u32],
    compare: impl Fn(&u32, &u32) -> std::cmp::Ordering,
) -> Vec<u32> {
    let mut merged = Vec::with_capacity(long.len() + short.len());
    let mut rest = long;
    for id in short {
        let place = rest.partition_point(|other| compare(other, id).is_lt());
        merged.extend_from_slice(&rest[..place]);
        merged.push(*id);
        rest = &rest[place..];
    }
    merged.extend_from_slice(rest);
    merged
}
