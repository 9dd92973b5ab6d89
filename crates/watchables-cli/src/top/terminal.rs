//! The terminal's modes: taken over at the start, and given back at the end, however that comes.

use std::io::{self, BufWriter, Stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::style::force_color_output;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// A screen is written at once.
const BUFFER: usize = 64 << 10;

type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal, in raw mode, on its alternate screen. It is restored when this is dropped, and in a panic.
pub(super) struct Terminal {
    screen: Screen,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    ///
    /// If its modes cannot be changed.
    pub(super) fn enter(has_colors: bool) -> anyhow::Result<Self> {
        restore_in_panics();
        if has_colors {
            // Whatever NO_COLOR says: it was asked already.
            force_color_output(true);
        }
        begin().context("cannot take over the terminal")?;
        match empty_screen() {
            Ok(screen) => Ok(Self { screen }),
            Err(error) => {
                end();
                Err(error)
            }
        }
    }

    pub(super) fn screen(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// Gives the terminal back, stops the process until the shell continues it, and takes the terminal over again.
    ///
    /// # Errors
    ///
    /// If the terminal's modes cannot be changed.
    pub(super) fn suspend(&mut self) -> anyhow::Result<()> {
        end();
        stop();
        begin().context("cannot take over the terminal")?;
        // Not `clear`: that asks the terminal where its cursor is, and the thread that reads keys gets the answer.
        self.screen = empty_screen()?;
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        end();
    }
}

fn begin() -> io::Result<()> {
    enable_raw_mode()?;
    IS_TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, Clear(ClearType::All))
}

/// Returns a screen on which nothing has been drawn yet.
fn empty_screen() -> anyhow::Result<Screen> {
    let out = BufWriter::with_capacity(BUFFER, io::stdout());
    Screen::new(CrosstermBackend::new(out)).context("cannot draw on the terminal")
}

/// Whether the terminal is taken over.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back, once: what a panic has printed by then stays. Nothing can be done about failures: the terminal
/// may be gone.
fn end() {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// Restores the terminal before a panic is printed.
fn restore_in_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            end();
            print(info);
        }));
    });
}

/// Stops all processes of the job, as the terminal does at Ctrl-Z: this may have been started by another one.
#[cfg(unix)]
fn stop() {
    use rustix::process::{Signal, kill_current_process_group};

    let _ = kill_current_process_group(Signal::TSTP);
}

#[cfg(not(unix))]
fn stop() {}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    /// What tells the process that it is the one in the terminal.
    const PANICS: &str = "WATCHABLES_TEST_PANICS_IN_TERMINAL";

    /// The process that panics is this one again, in a terminal of its own.
    #[test]
    fn terminal_is_restored_before_a_panic_is_printed() {
        if std::env::var_os(PANICS).is_some() {
            let _terminal = Terminal::enter(true).unwrap();
            panic!("what went wrong");
        }
        let pty = native_pty_system().openpty(PtySize::default()).unwrap();
        let modes =
            |pty: &portable_pty::PtyPair| format!("{:?}", pty.master.get_termios().unwrap());
        let before = modes(&pty);
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = "top::terminal::tests::terminal_is_restored_before_a_panic_is_printed";
        command.args(["--exact", name, "--nocapture"]);
        command.env(PANICS, "1");
        let mut child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let output = std::thread::spawn(move || {
            let (mut output, mut bytes) = (Vec::new(), [0; 4_096]);
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                output.extend_from_slice(&bytes[..count]);
            }
            String::from_utf8(output).unwrap()
        });
        assert!(!child.wait().unwrap().success());
        assert_eq!(modes(&pty), before);
        drop(pty);
        let output = output.join().unwrap();
        let places =
            |text: &str| -> Vec<_> { output.match_indices(text).map(|(place, _)| place).collect() };
        let (entered, left) = (places("\u{1b}[?1049h"), places("\u{1b}[?1049l"));
        let printed = places("what went wrong");
        assert!(entered.len() == 1 && left.len() == 1 && printed.len() == 1, "{output:?}");
        assert!(entered < left && left < printed, "{output:?}");
    }
}
