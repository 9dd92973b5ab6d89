//! The replayer: puts a recording into a server, at a pace.

use std::time::Duration;

use embedded_apiserver::{Applied, Builder, EmbeddedServer, Replay};
use jiff::Timestamp;
use watch_runtime::EventType;
use watchable_core::ResourceInfo;

use super::change::{Change, What};
use super::error::ReplayerError;
use super::load::load;
use super::options::ReplayOptions;
use super::order::Changes;
use super::pacer::Pacer;
use super::sources::Sources;
use super::step::Step;
use crate::{Header, Recording};

/// How often the server's clock is set while nothing happens, and the least time that a pass of a loop takes.
const TICK: Duration = Duration::from_secs(1);
/// The events that a resource's history has at most, and their size.
const HISTORY_EVENTS: usize = 100_000;
const HISTORY_BYTES: usize = 256 * 1024 * 1024;
/// How many changes are put in before other tasks have a turn.
const TURN: u32 = 64;

/// A recording that is put into an embedded server: see the [module](super).
///
/// A new replayer has put in the state with which the replay begins. What happens after that is put in by
/// [`run`](Self::run), [`advance_to`](Self::advance_to) or [`step`](Self::step), in any combination.
#[derive(Debug)]
pub struct Replayer {
    recording: Recording,
    options: ReplayOptions,
    replay: Replay,
    resources: Vec<ResourceInfo>,
    changes: Changes,
    /// The next change, which was read already.
    next: Option<Change>,
    time: Timestamp,
    end: Timestamp,
}

impl Replayer {
    /// Loads the state with which the replay of a recording begins.
    ///
    /// # Errors
    ///
    /// A time in the options is outside of the recording, the recording cannot be read, or it has
    /// resource versions that are not numbers, which have no order.
    pub fn new(recording: Recording, options: ReplayOptions) -> Result<Self, ReplayerError> {
        let range = recording.range();
        for time in options.from.iter().chain(&options.until) {
            if *time < range.0 || *time > range.1 {
                return Err(ReplayerError::out_of_range(*time, range));
            }
        }
        if let (Some(from), Some(until)) = (options.from, options.until)
            && until < from
        {
            return Err(ReplayerError::ends_before_start(from, until));
        }
        let resources = Sources::new(recording.header()).resources().to_vec();
        let catalog = release_catalogs::catalog(release(recording.header())).unwrap_or_default();
        let replay = Replay::new(catalog, resources.iter().cloned());
        let (changes, time) = load(&recording, &options, &replay)?;
        // What the replay begins with may be complete only after that.
        let end = options.until.unwrap_or(range.1).max(time);
        Ok(Self { recording, options, replay, resources, changes, next: None, time, end })
    }

    /// Returns the settings of a server that shows the replay, in the recording's release or, if that is not
    /// known, the newest. The history of each resource is longer than by default, for fast replays: 100,000 events
    /// or 256 MiB. A watch that falls behind by more gets 410.
    pub fn server(&self) -> Builder {
        EmbeddedServer::replaying(&self.replay)
            .release(release(self.recording.header()))
            .history(HISTORY_EVENTS)
            .history_bytes(HISTORY_BYTES)
    }

    /// Returns the recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Returns the time of the recording that the server shows.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Returns the time at which the replay ends.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Puts in what happens, at `speed` times the pace at which it happened: 1 for real time. Ends with the
    /// replay, or never if it is looped.
    ///
    /// Reads from the file in between, for a moment at a time. Cancel safe: a later call goes on from there.
    ///
    /// # Errors
    ///
    /// The speed is not a number above 0, or those of [`step`](Self::step).
    pub async fn run(&mut self, speed: f64) -> Result<(), ReplayerError> {
        if !speed.is_finite() || speed <= 0.0 {
            return Err(ReplayerError::speed(speed));
        }
        loop {
            let pacer = Pacer::start(self.time, speed);
            let mut turn = 0;
            while let Some(due) = self.next_time()? {
                self.wait_for(&pacer, due).await;
                self.apply_next()?;
                turn += 1;
                if turn % TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            self.wait_for(&pacer, self.end).await;
            self.set_time(self.end);
            if !self.options.looped {
                return Ok(());
            }
            tokio::time::sleep(TICK).await;
            self.restart()?;
        }
    }

    /// Puts in all that happens up to a time, and with the changes at it, and returns the number of events. It
    /// stops at the replay's end.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step). What was before the error has been put in.
    pub fn advance_to(&mut self, time: Timestamp) -> Result<usize, ReplayerError> {
        let mut events = 0;
        while self.next_time()?.is_some_and(|next| next <= time) {
            events += usize::from(self.apply_next()?.is_some());
        }
        self.set_time(self.time.max(time.min(self.end)));
        Ok(events)
    }

    /// Puts in the next event, and returns it; `None` at the end of the replay. If it is looped, the end is
    /// followed by the first event.
    ///
    /// # Errors
    ///
    /// The recording is damaged or cannot be read, or it has resource versions that are not numbers.
    pub fn step(&mut self) -> Result<Option<Step>, ReplayerError> {
        if let Some(step) = self.next_step()? {
            return Ok(Some(step));
        }
        self.set_time(self.end);
        if !self.options.looped {
            return Ok(None);
        }
        self.restart()?;
        self.next_step()
    }

    /// Begins again with the first state. Watches end with 410.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn restart(&mut self) -> Result<(), ReplayerError> {
        let (changes, time) = load(&self.recording, &self.options, &self.replay)?;
        (self.changes, self.next, self.time) = (changes, None, time);
        Ok(())
    }

    fn next_step(&mut self) -> Result<Option<Step>, ReplayerError> {
        while self.next_time()?.is_some() {
            if let Some(step) = self.apply_next()? {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// Returns when the next change happens; `None` at the end.
    fn next_time(&mut self) -> Result<Option<Timestamp>, ReplayerError> {
        if self.next.is_none() {
            self.next = self.changes.next()?;
        }
        Ok(self.next.as_ref().map(|change| change.time).filter(|time| *time <= self.end))
    }

    /// Puts in the change that was read, and returns it if it is an event.
    fn apply_next(&mut self) -> Result<Option<Step>, ReplayerError> {
        let Some(Change { time, resource, version, what }) = self.next.take() else {
            return Ok(None);
        };
        let resource = &self.resources[resource];
        let (applied, etype, key) = match what {
            What::Put { etype, key, object } => (self.replay.put(resource, &object)?, etype, key),
            What::Delete { key, object } => {
                (self.replay.delete(resource, &object)?, EventType::Deleted, key)
            }
            What::DeleteNamed { key } => {
                let namespace = key.namespace.as_deref();
                let deleted = self.replay.delete_named(resource, namespace, &key.name, version)?;
                (deleted, EventType::Deleted, key)
            }
            What::Advance => {
                self.replay.advance(resource, version)?;
                return Ok(None);
            }
            What::Rewind => {
                self.replay.rewind(resource, version)?;
                return Ok(None);
            }
        };
        let (namespace, name, resource) = (key.namespace, key.name, resource.clone());
        self.set_time(time);
        // Two sources may have recorded the same event.
        if applied == Applied::Unchanged {
            return Ok(None);
        }
        Ok(Some(Step { time, resource, etype, namespace, name, version }))
    }

    async fn wait_for(&mut self, pacer: &Pacer, due: Timestamp) {
        while let Some(wait) = pacer.wait_for(due) {
            tokio::time::sleep(wait.min(TICK)).await;
            self.set_time(pacer.now().min(due));
        }
    }

    fn set_time(&mut self, time: Timestamp) {
        self.time = time;
        self.replay.set_time(time);
    }
}

/// Returns the release to serve: the recording's, if it is known.
fn release(header: &Header) -> &str {
    let known = release_catalogs::RELEASES.contains(&header.release.as_str());
    if known { &header.release } else { release_catalogs::NEWEST }
}
