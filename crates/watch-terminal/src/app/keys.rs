//! What keys do.

use super::{Action, App};
use crate::history::History;
use crate::key::Key;
use crate::layout;
use crate::now::Now;
use crate::object::ObjectView;
use crate::playback::PlaybackAction;
use crate::prompt::{Prompt, Purpose, Typed};
use crate::table::selection::Selection;

/// How many seconds an arrow key goes in a recording.
const SEEK: i64 = 10;

impl App {
    /// Takes note of a key. Returns what is asked of the caller, if anything.
    pub fn key(&mut self, key: Key, now: Now) -> Option<Action> {
        self.is_changed = true;
        match key {
            Key::Ctrl('c') => return Some(Action::Quit),
            Key::Ctrl('z') => return Some(Action::Suspend),
            _ => {}
        }
        if self.prompt.is_some() {
            return self.key_in_prompt(key);
        }
        if self.shows_help {
            self.shows_help = false;
            return None;
        }
        match key {
            Key::Char('?') => self.shows_help = true,
            Key::Char('w') if self.playback.is_some() => {
                self.say("what is shown is a recording already", now);
            }
            Key::Char('w') => {
                self.prompt = Some(Prompt::new(Purpose::Write, Self::file_name(now.time)));
            }
            Key::Char(' ') if self.playback.is_none() => self.toggle_frozen(now),
            _ if self.object.is_some() => return self.key_in_object(key),
            _ => return self.key_in_table(key),
        }
        None
    }

    fn key_in_prompt(&mut self, key: Key) -> Option<Action> {
        let mut prompt = self.prompt.take()?;
        let typed = prompt.key(key);
        if prompt.purpose == Purpose::Filter {
            match &typed {
                Typed::GivenUp(before) => self.filter.clone_from(before),
                _ => self.filter.clone_from(&prompt.text),
            }
        }
        match typed {
            Typed::Changed | Typed::Nothing => self.prompt = Some(prompt),
            Typed::Entered
                if prompt.purpose == Purpose::Write && !prompt.text.trim().is_empty() =>
            {
                return Some(Action::Write(prompt.text.trim().to_owned()));
            }
            Typed::Entered | Typed::GivenUp(_) => {}
        }
        None
    }

    fn key_in_object(&mut self, key: Key) -> Option<Action> {
        let shown = self.shown_number();
        let view = self.object.as_mut()?;
        let kind = self.kinds.get(view.kind)?;
        let history = kind.objects.get(view.id).map(|object| &object.history);
        let numbers: Vec<u64> = history
            .into_iter()
            .flat_map(History::states)
            .map(|state| state.number)
            .filter(|number| *number <= shown)
            .collect();
        match key {
            Key::Esc | Key::Char('q') | Key::Backspace => self.object = None,
            Key::Up | Key::Left | Key::Char('k' | 'h') => view.step(&numbers, -1),
            Key::Down | Key::Right | Key::Char('j' | 'l') => view.step(&numbers, 1),
            Key::Home | Key::Char('g') => view.oldest(&numbers),
            Key::End | Key::Char('G') => view.newest(),
            Key::PageUp => view.scroll(false),
            Key::PageDown => view.scroll(true),
            Key::Enter | Key::Tab | Key::Char('o') => view.toggle(),
            Key::Char(' ') => return Some(Action::Playback(PlaybackAction::Toggle)),
            Key::Char('.') if self.playback.is_some() => {
                return Some(Action::Playback(PlaybackAction::Step));
            }
            _ => {}
        }
        None
    }

    fn key_in_table(&mut self, key: Key) -> Option<Action> {
        let page = isize::try_from(self.page.max(1)).unwrap_or(isize::MAX);
        if self.playback.is_some()
            && let Some(action) = playback_action(key)
        {
            return Some(Action::Playback(action));
        }
        match key {
            Key::Esc if !self.filter.is_empty() => self.filter.clear(),
            Key::Char('q') | Key::Esc => return Some(Action::Quit),
            Key::Char('/') => {
                self.prompt = Some(Prompt::new(Purpose::Filter, self.filter.clone()));
            }
            Key::Char('s' | 'S') => self.next_sort(key == Key::Char('s')),
            Key::Tab | Key::Right | Key::Char('l') => self.next_kind(1),
            Key::BackTab | Key::Left | Key::Char('h') => self.next_kind(self.kinds.len() - 1),
            Key::Up | Key::Char('k') => self.step(-1),
            Key::Down | Key::Char('j') => self.step(1),
            Key::PageUp | Key::Ctrl('b') => self.step(-page),
            Key::PageDown | Key::Ctrl('f') => self.step(page),
            Key::Home | Key::Char('g') => self.selection.first(),
            Key::End | Key::Char('G') => self.step(isize::MAX),
            Key::Enter => self.open(),
            _ => {}
        }
        None
    }

    fn step(&mut self, rows: isize) {
        self.update_order();
        let ids = self.kinds[self.kind].order.ids();
        self.selection.follow(ids, self.page);
        self.selection.step(ids, rows);
    }

    fn next_kind(&mut self, step: usize) {
        self.kind = (self.kind + step) % self.kinds.len().max(1);
        self.selection = Selection::default();
    }

    fn next_sort(&mut self, is_forward: bool) {
        let kind = &mut self.kinds[self.kind];
        let columns = layout::columns(kind, &self.clusters);
        let columns: Vec<_> = columns.into_iter().map(|column| column.by).collect();
        let order = &mut kind.order;
        let sort = order.sort();
        let sort = if is_forward { sort.next(&columns) } else { sort.previous(&columns) };
        order.set_sort(sort);
    }

    fn open(&mut self) {
        self.update_order();
        let ids = self.kinds[self.kind].order.ids();
        self.selection.follow(ids, self.page);
        if let Some(id) = self.selection.id(ids) {
            self.selection.choose(ids, self.selection.place());
            self.object = Some(ObjectView::new(self.kind, id));
        }
    }
}

fn playback_action(key: Key) -> Option<PlaybackAction> {
    Some(match key {
        Key::Char(' ') => PlaybackAction::Toggle,
        Key::Char('.') => PlaybackAction::Step,
        Key::Left => PlaybackAction::Seek(-SEEK),
        Key::Right => PlaybackAction::Seek(SEEK),
        Key::Char('+') => PlaybackAction::Faster,
        Key::Char('-') => PlaybackAction::Slower,
        _ => return None,
    })
}
