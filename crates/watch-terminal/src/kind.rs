//! A kind: its objects, how many there are, and the rows of its table.

use std::collections::VecDeque;
use std::time::Duration;

use hashbrown::HashMap;
use watch_protocol::{EventType, Origin};

use crate::change::Change;
use crate::columns::Columns;
use crate::history::{Budget, History, State};
use crate::now::Now;
use crate::objects::{Key, Object, Objects, Row};
use crate::rate::Rate;
use crate::table::order::Order;
use crate::table::sort::{Sort, SortBy};

/// For how long a row is lit that has changed.
pub(crate) const LIT: Duration = Duration::from_secs(2);
/// For how long a deleted row is shown.
pub(crate) const FADING: Duration = Duration::from_secs(5);

/// A kind that is watched.
#[derive(Clone, Debug)]
pub struct KindSetup {
    /// Its name in the list of kinds, such as `pods` or `certificates.cert-manager.io`.
    pub title: String,
    /// Its singular, such as `pod`.
    pub singular: String,
    /// Whether its objects are in namespaces.
    pub is_namespaced: bool,
    /// The columns of its table.
    pub columns: Columns,
}

/// A kind, and all that is known of its objects.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) setup: KindSetup,
    pub(crate) objects: Objects,
    pub(crate) totals: Totals,
    pub(crate) order: Order,
    /// How many objects fill each column.
    pub(crate) filled: Vec<usize>,
    /// Those that will vanish: when, and which event has deleted them.
    deleted: VecDeque<(Duration, u32, u64)>,
    /// While the display is frozen: the rows that have changed since, as they were. `None` if there was none.
    frozen: Option<HashMap<u32, Option<Row>>>,
}

/// What the list of kinds shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) count: u64,
    pub(crate) rate: Rate,
}

impl Kind {
    pub(crate) fn new(setup: KindSetup) -> Self {
        let filled = vec![0; setup.columns.all().len()];
        let mut order = Order::default();
        if !setup.is_namespaced {
            order.set_sort(Sort { by: SortBy::Name, is_reversed: false });
        }
        Self {
            setup,
            objects: Objects::default(),
            totals: Totals::default(),
            order,
            filled,
            deleted: VecDeque::new(),
            frozen: None,
        }
    }

    /// Takes other columns. Rows are filled again as their objects change.
    pub(crate) fn set_columns(&mut self, columns: Columns) {
        if self.setup.columns == columns {
            return;
        }
        self.filled = vec![0; columns.all().len()];
        self.setup.columns = columns;
        let ids: Vec<_> = self.objects.iter().map(|(id, _)| id).collect();
        for id in ids {
            if let Some(object) = self.objects.get_mut(id) {
                object.row.cells = Box::default();
                self.order.touch(id);
            }
        }
    }

    /// Applies a change, which has this number and place of the kind.
    pub(crate) fn apply(&mut self, change: Change, number: u64, budget: &mut Budget, now: Now) {
        let Change { kind, cluster, etype, origin, namespace, name, object, cells: given } = change;
        let key = Key { cluster, namespace: namespace.into(), name: name.into() };
        let known = self.objects.id(&key);
        let is_deleted = etype == EventType::Deleted;
        let is_unknown = is_deleted && origin == Origin::Repair;
        let object = (!is_unknown).then(|| object.into_boxed_str());
        let before = known.and_then(|id| self.objects.get(id)).map(|object| &object.row);
        let cells = match (&object, before) {
            (Some(object), before) => self
                .setup
                .columns
                .cells(object, given)
                .or_else(|| before.map(|row| row.cells.clone()))
                .unwrap_or_default(),
            (None, Some(row)) => row.cells.clone(),
            // Deleted before it was known.
            (None, None) => return,
        };
        let is_news = origin != Origin::Initial;
        if is_news {
            self.totals.rate.count(now.time);
        }
        let row = Row {
            cells,
            changed: is_news.then_some(now.time),
            changes: before.map_or(0, |row| row.changes) + u32::from(is_news),
            lit: is_news.then_some((etype, now.elapsed)),
            is_deleted,
        };
        let was_there = before.is_some_and(|row| !row.is_deleted);
        self.totals.count = self.totals.count + u64::from(!is_deleted) - u64::from(was_there);
        let state = State { number, time: now.time, etype, origin, object };
        let id = self.put(key, known, row);
        if let Some(object) = self.objects.get_mut(id) {
            budget.push((kind, id), &mut object.history, state);
        }
        if is_deleted {
            self.deleted.push_back((now.elapsed + FADING, id, number));
        }
    }

    /// Replaces the row of an object, or adds the object.
    fn put(&mut self, key: Key, known: Option<u32>, row: Row) -> u32 {
        for (filled, cell) in self.filled.iter_mut().zip(&row.cells) {
            *filled += usize::from(!cell.is_empty());
        }
        let known = known.and_then(|id| Some((id, self.objects.get_mut(id)?)));
        let (id, moves, before) = if let Some((id, object)) = known {
            for (filled, cell) in self.filled.iter_mut().zip(&object.row.cells) {
                *filled -= usize::from(!cell.is_empty());
            }
            let moves = self.order.moves(&object.row, &row);
            (id, moves, Some(std::mem::replace(&mut object.row, row)))
        } else {
            let object = Object { key, row, history: History::default() };
            (self.objects.insert(object), true, None)
        };
        if self.frozen.is_none() && moves {
            self.order.touch(id);
        }
        if let Some(frozen) = &mut self.frozen {
            frozen.entry(id).or_insert(before);
        }
        id
    }

    /// Lets time go on: deleted objects vanish, unless the display is frozen or one is looked at.
    /// Returns them.
    pub(crate) fn advance(
        &mut self,
        budget: &mut Budget,
        looked_at: Option<u32>,
        now: Now,
    ) -> Vec<Object> {
        let mut vanished = Vec::new();
        self.totals.rate.advance(now.time);
        if self.frozen.is_some() {
            return vanished;
        }
        while let Some((due, id, number)) = self.deleted.front().copied() {
            if due > now.elapsed || Some(id) == looked_at {
                break;
            }
            self.deleted.pop_front();
            let object = self.objects.get(id);
            let last = object.and_then(|object| object.history.states().back());
            if last.is_some_and(|state| state.number == number)
                && let Some(object) = self.objects.remove(id)
            {
                for (filled, cell) in self.filled.iter_mut().zip(&object.row.cells) {
                    *filled -= usize::from(!cell.is_empty());
                }
                budget.forget(&object.history);
                self.order.touch(id);
                vanished.push(object);
            }
        }
        vanished
    }

    /// Returns when the next deleted object vanishes.
    pub(crate) fn next_vanishing(&self) -> Option<Duration> {
        self.deleted.front().map(|(due, _, _)| *due).filter(|_| self.frozen.is_none())
    }

    pub(crate) fn freeze(&mut self) {
        self.frozen = Some(HashMap::new());
    }

    pub(crate) fn thaw(&mut self) {
        for id in self.frozen.take().into_iter().flat_map(HashMap::into_keys) {
            self.order.touch(id);
        }
    }

    /// Returns the row that is shown of an object, which is an earlier one if the display is frozen.
    pub(crate) fn shown(&self, id: u32) -> Option<(&Key, &Row)> {
        let object = self.objects.get(id)?;
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.get(&id));
        let row = frozen.map_or(Some(&object.row), Option::as_ref)?;
        Some((&object.key, row))
    }

    /// Forgets all objects, as before a jump in a recording.
    pub(crate) fn clear(&mut self) {
        *self = Self { order: self.order.cleared(), ..Self::new(self.setup.clone()) };
    }
}
