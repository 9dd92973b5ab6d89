//! Plays a recording: applies its events when their time has come.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use watch_recording::{Entries, Entry, EntryKind, Recording, RecordingError};
use watch_terminal::{Change, Playback, PlaybackAction};
use watchables::{DynamicObject, EventType, Origin, ResourceInfo};

use super::super::screen::Screen;
use crate::recorded;

/// How long the first lists of a recording are waited for, in its own time.
const FIRST_LISTS: SignedDuration = SignedDuration::from_mins(1);
/// How many events are applied at once: the screen and the keys are looked at in between.
const MOST_APPLIED: usize = 20_000;
/// The slowest and the fastest that keys make it.
const SPEEDS: (f64, f64) = (1.0 / 64.0, 65_536.0);

/// A recording that is played.
pub(super) struct Player {
    recording: Recording,
    /// By the places of their kinds.
    resources: Vec<ResourceInfo>,
    /// All, if there are none.
    namespaces: Vec<String>,
    entries: Entries,
    /// What was read, and is yet to come.
    next: Option<Entry>,
    time: Timestamp,
    /// Since when it plays, and from which time on.
    playing: Option<(Instant, Timestamp)>,
    speed: f64,
}

impl Player {
    pub(super) fn open(
        recording: Recording,
        resources: Vec<ResourceInfo>,
        namespaces: Vec<String>,
        speed: f64,
    ) -> Self {
        let entries = recording.entries();
        let time = recording.range().0;
        let (next, playing) = (None, None);
        Self { recording, resources, namespaces, entries, next, time, playing, speed }
    }

    /// Returns when the recording begins.
    pub(super) fn start(&self) -> Timestamp {
        self.recording.range().0
    }

    /// Returns the time up to which it has been played.
    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    /// Returns when all resources were listed, as far as that was soon after the start.
    pub(super) fn first_complete_state(&self) -> anyhow::Result<Timestamp> {
        let (start, end) = self.recording.range();
        let latest = start.saturating_add(FIRST_LISTS).unwrap_or(end);
        let mut missing: Vec<_> =
            self.recording.header().resources.iter().map(|it| it.source.as_str()).collect();
        for entry in self.recording.entries() {
            let entry = entry.map_err(recorded::with_cli_hint)?;
            if entry.time > latest {
                break;
            }
            if let EntryKind::Position { synced: true, .. } = entry.what {
                missing.retain(|source| *source != &*entry.source);
                if missing.is_empty() {
                    return Ok(entry.time);
                }
            }
        }
        Ok(latest.min(end))
    }

    /// Goes to a time, on or back.
    pub(super) fn jump(&mut self, time: Timestamp, screen: &mut Screen) -> anyhow::Result<()> {
        let (start, end) = self.recording.range();
        self.time = time.clamp(start, end);
        let state = self.recording.state_at(self.time).map_err(recorded::with_cli_hint)?;
        screen.app.clear();
        let now = screen.now_at(self.time);
        for object in state.objects() {
            let json = std::str::from_utf8(object.object).unwrap_or_default();
            let what = (EventType::Added, Origin::Initial);
            if let Some(change) = self.change(object.resource, what, json) {
                screen.app.apply(change, now);
            }
        }
        self.entries = self.recording.entries_from(self.time);
        self.next = None;
        self.resume_from_here();
        self.tell(screen);
        Ok(())
    }

    /// Does what a key asks for.
    pub(super) fn act(
        &mut self,
        action: PlaybackAction,
        screen: &mut Screen,
    ) -> anyhow::Result<()> {
        match action {
            PlaybackAction::Toggle if self.playing.is_some() => self.playing = None,
            PlaybackAction::Toggle => self.playing = Some((Instant::now(), self.time)),
            PlaybackAction::Faster => self.speed = (self.speed * 2.0).min(SPEEDS.1),
            PlaybackAction::Slower => self.speed = (self.speed / 2.0).max(SPEEDS.0),
            PlaybackAction::Seek(seconds) => {
                let to = self.time.saturating_add(SignedDuration::from_secs(seconds));
                let to = to.unwrap_or(self.time);
                if seconds < 0 {
                    return self.jump(to, screen);
                }
                self.advance(to.min(self.recording.range().1), screen)?;
            }
            PlaybackAction::Step => {
                self.playing = None;
                if let Some(time) = self.peek()?.map(|entry| entry.time) {
                    self.apply_next(screen);
                    self.time = time;
                }
            }
            _ => {}
        }
        self.resume_from_here();
        self.tell(screen);
        Ok(())
    }

    /// Goes on as far as time has passed, if it plays.
    pub(super) fn play(&mut self, screen: &mut Screen) -> anyhow::Result<()> {
        let Some((since, from)) = self.playing else { return Ok(()) };
        let passed = SignedDuration::try_from_secs_f64(since.elapsed().as_secs_f64() * self.speed);
        let end = self.recording.range().1;
        let to =
            passed.ok().and_then(|passed| from.checked_add(passed).ok()).unwrap_or(end).min(end);
        self.advance(to, screen)?;
        if self.time >= end {
            self.playing = None;
        }
        self.tell(screen);
        Ok(())
    }

    /// Applies what happened up to a time.
    fn advance(&mut self, to: Timestamp, screen: &mut Screen) -> anyhow::Result<()> {
        for _ in 0..MOST_APPLIED {
            match self.peek()?.map(|entry| entry.time) {
                Some(time) if time <= to => self.apply_next(screen),
                _ => {
                    self.time = self.time.max(to);
                    return Ok(());
                }
            }
        }
        // It is behind, and goes on from where it is.
        self.resume_from_here();
        Ok(())
    }

    fn resume_from_here(&mut self) {
        if let Some(playing) = &mut self.playing {
            *playing = (Instant::now(), self.time);
        }
    }

    /// Returns the next event, if there is one.
    fn peek(&mut self) -> anyhow::Result<Option<&Entry>> {
        while self.next.is_none() {
            let entry = match self.entries.next() {
                None => return Ok(None),
                Some(entry) => {
                    entry.map_err(|error: RecordingError| recorded::with_cli_hint(error))?
                }
            };
            let is_shown = self.resources.contains(&entry.resource);
            // What is at the time itself is in the state already.
            if entry.time > self.time && is_shown && matches!(entry.what, EntryKind::Event { .. }) {
                self.next = Some(entry);
            }
        }
        Ok(self.next.as_ref())
    }

    fn apply_next(&mut self, screen: &mut Screen) {
        let Some(Entry { time, resource, what, .. }) = self.next.take() else { return };
        if let EntryKind::Event { etype, origin, object } = what {
            let object = std::str::from_utf8(&object).unwrap_or_default();
            if let Some(change) = self.change(&resource, (etype, origin), object) {
                let now = screen.now_at(time);
                screen.app.apply(change, now);
            }
        }
    }

    /// Returns a change of an object, unless it is of a kind or in a namespace that is not shown.
    fn change(
        &self,
        resource: &ResourceInfo,
        (etype, origin): (EventType, Origin),
        json: &str,
    ) -> Option<Change> {
        let kind = self.resources.iter().position(|it| it == resource)?;
        let object: DynamicObject = serde_json::from_str(json).ok()?;
        let namespace = object.namespace().unwrap_or_default().to_owned();
        let name = object.name().unwrap_or_default().to_owned();
        let is_shown = self.namespaces.is_empty()
            || namespace.is_empty()
            || self.namespaces.contains(&namespace);
        let object = object.into_json();
        is_shown.then_some(Change {
            kind,
            cluster: 0,
            etype,
            origin,
            namespace,
            name,
            object,
            cells: None,
        })
    }

    /// Shows how far it is.
    fn tell(&self, screen: &mut Screen) {
        let (start, end) = self.recording.range();
        let (is_playing, speed) = (self.playing.is_some(), self.speed);
        screen.app.set_playback(Playback { start, end, is_playing, speed });
    }
}
