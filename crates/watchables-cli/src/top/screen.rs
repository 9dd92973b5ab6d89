//! The screen and the keys, and when to draw: at most ten times a second, and only if something has changed.

use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use watch_terminal::{Action, App, Now, Setup};

use super::keys::{self, Input};
use super::terminal::Terminal;

/// The shortest time between two screens.
const FRAME: Duration = Duration::from_millis(100);
/// The same after a key, so that it is felt at once.
const KEY_FRAME: Duration = Duration::from_millis(16);

/// What is shown, on the terminal.
pub(super) struct Screen {
    pub(super) app: App,
    terminal: Terminal,
    inputs: UnboundedReceiver<Input>,
    start: Instant,
    drawn: Option<Instant>,
    /// Whether a key was pressed since.
    is_touched: bool,
}

/// What comes next.
pub(super) enum Woken {
    /// A key was pressed, or the terminal has another size.
    Input(Input),
    /// The screen is to be drawn.
    Due,
    /// The terminal is gone.
    Gone,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    ///
    /// If the terminal's modes cannot be changed.
    pub(super) fn open(setup: Setup) -> anyhow::Result<Self> {
        let terminal = Terminal::enter(setup.theme.has_colors)?;
        let app = App::new(setup);
        let (start, inputs) = (Instant::now(), keys::read());
        Ok(Self { app, terminal, inputs, start, drawn: None, is_touched: true })
    }

    /// Returns the present time.
    pub(super) fn now(&self) -> Now {
        self.now_at(Timestamp::now())
    }

    /// Returns the present time, where the cluster's is another one.
    pub(super) fn now_at(&self, time: Timestamp) -> Now {
        Now { time, elapsed: self.start.elapsed() }
    }

    /// Returns a moment by the clock of [`Now::elapsed`].
    pub(super) fn elapsed_at(&self, at: std::time::Instant) -> Duration {
        Instant::from_std(at).saturating_duration_since(self.start)
    }

    /// Waits for what comes next.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub(super) async fn next(&mut self, now: Now) -> Woken {
        let frame = if self.is_touched { KEY_FRAME } else { FRAME };
        let earliest = self.drawn.map(|drawn| drawn + frame);
        let due = Instant::now() + self.app.until_change(now);
        let due = earliest.map_or(due, |earliest| earliest.max(due));
        tokio::select! {
            biased;
            input = self.inputs.recv() => input.map_or(Woken::Gone, Woken::Input),
            () = tokio::time::sleep_until(due) => Woken::Due,
        }
    }

    /// Draws the screen.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be written to.
    pub(super) fn draw(&mut self, now: Now) -> anyhow::Result<()> {
        let Self { app, terminal, .. } = self;
        let drawn = terminal.screen().draw(|frame| {
            if let Some(position) = app.draw(frame.buffer_mut(), now) {
                frame.set_cursor_position(position);
            }
        });
        drawn.context("cannot draw on the terminal")?;
        self.drawn = Some(Instant::now());
        self.is_touched = false;
        Ok(())
    }

    /// Takes note of what the terminal tells. Returns what is left for the caller to do.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be given back and taken over again.
    pub(super) fn take(&mut self, input: Input, now: Now) -> anyhow::Result<Option<Action>> {
        self.is_touched = true;
        match input {
            Input::Resized => {
                self.app.redraw();
                Ok(None)
            }
            Input::Key(key) => match self.app.key(key, now) {
                Some(Action::Suspend) => {
                    self.terminal.suspend()?;
                    self.app.redraw();
                    Ok(None)
                }
                action => Ok(action),
            },
        }
    }
}
