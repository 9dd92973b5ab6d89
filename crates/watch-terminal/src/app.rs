//! The state machine: changes and keys go in, and a screen comes out.

mod keys;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use watch_protocol::Origin;

use crate::change::Change;
use crate::columns::Columns;
use crate::deleted_objects::DeletedObjects;
use crate::filter::Filter;
use crate::history::{Budget, State};
use crate::kind::{Kind, KindSetup, Totals};
use crate::latest::Latest;
use crate::layout::Widths;
use crate::now::Now;
use crate::object::ObjectView;
use crate::objects::Key as ObjectKey;
use crate::playback::{Playback, PlaybackAction};
use crate::prompt::Prompt;
use crate::table::selection::Selection;
use crate::theme::Theme;
use crate::watches::{WatchState, Watches};

/// For how long a message is shown.
const MESSAGE: Duration = Duration::from_secs(6);

/// What is shown.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where the objects come from: the URL of an API server, or a file.
    pub source: String,
    /// The kinds, of which there is at least one.
    pub kinds: Vec<KindSetup>,
    /// The names of the clusters, of which there is at least one.
    pub clusters: Vec<String>,
    /// The names of the watches, for [`App::set_watch`].
    pub watches: Vec<String>,
    /// Whether there are colours.
    pub theme: Theme,
    /// How many bytes of objects' JSON may be kept of past states, of all objects together. Those of deleted objects are
    /// dropped first, and then the oldest. The present state of each object is kept beside it.
    pub history_bytes: usize,
}

/// What a key asks of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// End.
    Quit,
    /// Stop the process, until the shell continues it.
    Suspend,
    /// Write [`App::states`] into this file.
    Write(String),
    /// Do something with the recording that is shown.
    Playback(PlaybackAction),
}

/// What `top` shows, and what it keeps.
#[derive(Debug)]
pub struct App {
    pub(crate) source: String,
    pub(crate) clusters: Vec<String>,
    pub(crate) theme: Theme,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) watches: Watches,
    pub(crate) playback: Option<Playback>,
    budget: Budget,
    deleted: DeletedObjects,
    /// The number of the last event.
    number: u64,

    /// The kind that is shown.
    pub(crate) kind: usize,
    pub(crate) selection: Selection,
    pub(crate) filter: String,
    pub(crate) prompt: Option<Prompt>,
    pub(crate) object: Option<ObjectView>,
    pub(crate) shows_help: bool,
    pub(crate) message: Option<(String, Duration)>,
    pub(crate) frozen: Option<Frozen>,
    /// How many rows a page has.
    pub(crate) page: usize,
    pub(crate) widths: Widths,
    pub(crate) latest: Latest,
    /// Whether something has changed since it was drawn.
    is_changed: bool,
    /// When something on the screen changes by itself, but for ages.
    next_change: Option<Duration>,
}

/// The display, as it was when it was frozen.
#[derive(Clone, Debug)]
pub(crate) struct Frozen {
    pub(crate) now: Now,
    /// The number of the last event that is shown.
    number: u64,
    /// By kind.
    totals: Vec<Totals>,
}

impl App {
    /// Creates it without any object.
    pub fn new(setup: Setup) -> Self {
        let Setup { source, kinds, clusters, watches, theme, history_bytes } = setup;
        Self {
            source,
            clusters,
            theme,
            kinds: kinds.into_iter().map(Kind::new).collect(),
            watches: Watches::new(watches),
            playback: None,
            budget: Budget::new(history_bytes),
            deleted: DeletedObjects::default(),
            number: 0,
            kind: 0,
            selection: Selection::default(),
            filter: String::new(),
            prompt: None,
            object: None,
            shows_help: false,
            message: None,
            frozen: None,
            page: 1,
            widths: Widths::default(),
            latest: Latest::default(),
            is_changed: true,
            next_change: None,
        }
    }

    /// Takes note of what happened to an object. A change of an unknown kind is left out.
    pub fn apply(&mut self, change: Change, now: Now) {
        let Some(kind) = self.kinds.get_mut(change.kind) else { return };
        if change.origin == Origin::Repair {
            self.watches.repaired(now);
        }
        self.number += 1;
        kind.apply(change, self.number, &mut self.budget, now);
        self.deleted.make_room(&mut self.budget);
        let kinds = self.kinds.as_mut_slice();
        self.budget.enforce(kinds, |kinds, (kind, id)| {
            Some(&mut kinds.get_mut(kind)?.objects.get_mut(id)?.history)
        });
        self.is_changed = true;
    }

    /// Adds a kind without any object. Returns its place, as if it had been the last in [`Setup::kinds`].
    pub fn add_kind(&mut self, setup: KindSetup) -> usize {
        self.kinds.push(Kind::new(setup));
        self.is_changed = true;
        self.kinds.len() - 1
    }

    /// Adds a cluster. Returns its place, as if it had been the last in [`Setup::clusters`].
    pub fn add_cluster(&mut self, name: impl Into<String>) -> usize {
        self.clusters.push(name.into());
        self.is_changed = true;
        self.clusters.len() - 1
    }

    /// Adds a watch that waits for its first response. Returns its place, as if it had been the last in [`Setup::watches`].
    pub fn add_watch(&mut self, name: impl Into<String>) -> usize {
        self.is_changed = true;
        self.watches.add(name.into())
    }

    /// Takes note of how a watch is, by its place in [`Setup::watches`].
    pub fn set_watch(&mut self, watch: usize, state: WatchState, now: Now) {
        self.watches.set(watch, state, now);
        self.is_changed = true;
    }

    /// Takes note of the columns of a kind, by its place in [`Setup::kinds`], as a server has told them. Cells of the
    /// changes that follow are for these.
    pub fn set_columns(&mut self, kind: usize, columns: Columns) {
        if let Some(kind) = self.kinds.get_mut(kind) {
            kind.set_columns(columns);
            self.is_changed = true;
        }
    }

    /// Takes note of what deserves a look although the watches are live, such as a namespace that does not exist. It
    /// stays until there is another.
    pub fn set_remark(&mut self, remark: Option<String>) {
        self.is_changed |= self.watches.remark != remark;
        self.watches.remark = remark;
    }

    /// Takes note of how far the recording is. Without one, the objects are those of a live cluster.
    pub fn set_playback(&mut self, playback: Playback) {
        self.is_changed |= self.playback != Some(playback);
        self.playback = Some(playback);
    }

    /// Forgets all objects, as before a jump in a recording. What the user has chosen stays.
    pub fn clear(&mut self) {
        self.object = None;
        for kind in &mut self.kinds {
            kind.clear();
        }
        self.budget.clear();
        self.deleted = DeletedObjects::default();
        self.is_changed = true;
    }

    /// Shows a message for some seconds.
    pub fn say(&mut self, message: impl Into<String>, now: Now) {
        self.message = Some((message.into(), now.elapsed + MESSAGE));
        self.is_changed = true;
    }

    /// Makes the next screen be drawn, although nothing has changed: the terminal has another size, or was another's.
    pub fn redraw(&mut self) {
        self.is_changed = true;
    }

    /// Returns all states that are kept, in the order of their events, each with the place of its kind and the object's key.
    /// Those of deleted objects are among them.
    pub fn states(&self) -> Vec<(usize, &ObjectKey, &State)> {
        let mut states = Vec::new();
        for (place, kind) in self.kinds.iter().enumerate() {
            for (_, object) in kind.objects.iter() {
                states.extend(object.history.states().iter().map(|it| (place, &object.key, it)));
            }
        }
        states.extend(self.deleted.states());
        states.sort_unstable_by_key(|(_, _, state)| state.number);
        states
    }

    /// Returns how long it is until the screen is another one: zero if something has changed, and at most a second, since
    /// ages do.
    pub fn until_change(&self, now: Now) -> Duration {
        if self.is_changed {
            return Duration::ZERO;
        }
        let second = i128::from(SignedDuration::from_secs(1).as_secs()) * 1_000_000_000;
        let rest = second - now.time.as_nanosecond().rem_euclid(second);
        let tick = Duration::from_nanos(u64::try_from(rest).unwrap_or(1_000_000_000));
        let next = self.next_change.map(|at| at.saturating_sub(now.elapsed));
        next.map_or(tick, |next| next.min(tick))
    }

    /// Lets time go on, before a screen is drawn.
    pub(crate) fn advance(&mut self, now: Now) {
        let looked_at = self.object.as_ref().map(|view| (view.kind, view.id));
        for (place, kind) in self.kinds.iter_mut().enumerate() {
            let id = looked_at.and_then(|(of, id)| (of == place).then_some(id));
            for object in kind.advance(&mut self.budget, id, now) {
                self.deleted.add(place, object, &mut self.budget);
            }
        }
        self.message = self.message.take().filter(|(_, until)| *until > now.elapsed);
        self.is_changed = false;
        let vanishing = self.kinds.iter().filter_map(Kind::next_vanishing).min();
        let message = self.message.as_ref().map(|(_, until)| *until);
        self.next_change = [vanishing, message].into_iter().flatten().min();
    }

    /// Takes note of when something on the screen changes by itself.
    pub(crate) fn changes_at(&mut self, at: Duration) {
        self.next_change = Some(self.next_change.map_or(at, |next| next.min(at)));
    }

    /// Returns the time that the display shows.
    pub(crate) fn shown_now(&self, now: Now) -> Now {
        self.frozen.as_ref().map_or(now, |frozen| frozen.now)
    }

    /// Returns the number of the last event that the display shows.
    pub(crate) fn shown_number(&self) -> u64 {
        self.frozen.as_ref().map_or(self.number, |frozen| frozen.number)
    }

    /// Returns how many events are not shown yet.
    pub(crate) fn waiting(&self) -> u64 {
        self.number - self.shown_number()
    }

    pub(crate) fn totals(&self, kind: usize) -> &Totals {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.totals.get(kind));
        frozen.unwrap_or(&self.kinds[kind].totals)
    }

    /// Brings the order of the rows up to date.
    pub(crate) fn update_order(&mut self) {
        let Some(kind) = self.kinds.get_mut(self.kind) else { return };
        let mut order = std::mem::take(&mut kind.order);
        order.set_filter(Filter::new(&self.filter));
        order.update(kind.objects.iter().map(|(id, _)| id), |id| kind.shown(id));
        kind.order = order;
    }

    fn toggle_frozen(&mut self, now: Now) {
        if self.frozen.take().is_some() {
            self.kinds.iter_mut().for_each(Kind::thaw);
            return;
        }
        let totals = self.kinds.iter().map(|kind| kind.totals.clone()).collect();
        self.frozen = Some(Frozen { now, number: self.number, totals });
        self.kinds.iter_mut().for_each(Kind::freeze);
    }

    /// Returns a name for a recording that is written now.
    fn file_name(time: Timestamp) -> String {
        format!("top-{}.jsonl.zst", time.strftime("%Y%m%dT%H%M%SZ"))
    }
}
