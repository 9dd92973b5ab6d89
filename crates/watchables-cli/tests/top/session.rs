//! The command in a terminal: what it shows, and which modes it leaves behind.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// Longer than any wait in these tests takes.
const TIMEOUT: Duration = Duration::from_mins(1);

pub(super) struct Session {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Shown>,
    modes: String,
    /// Its home directory, which has no kubeconfig unless a test writes one.
    _home: Option<TempDir>,
}

/// What the terminal shows.
struct Shown {
    /// Also whether nothing more comes.
    parser: Mutex<(vt100::Parser, bool)>,
    changed: Condvar,
}

impl Session {
    /// Starts `watchables top` with these arguments in a terminal of 80×24, in an empty home directory.
    pub(super) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same with variables of the environment.
    pub(super) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_watchables"));
        command.arg("top");
        command.args(arguments);
        Self::run(command, variables)
    }

    /// Starts a command in a terminal.
    pub(super) fn run(mut command: CommandBuilder, variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let modes = modes(&*pty.master);
        let home = tempfile::tempdir().unwrap();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "1");
        for name in
            ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"]
        {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let parser = Mutex::new((vt100::Parser::new(cells(24), cells(80), 0), false));
        let screen = Arc::new(Shown { parser, changed: Condvar::new() });
        let mut reader = pty.master.try_clone_reader().unwrap();
        let shown = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shown.parser.lock().unwrap().0.process(&bytes[..count]);
                shown.changed.notify_all();
            }
            shown.parser.lock().unwrap().1 = true;
            shown.changed.notify_all();
        });
        let writer = pty.master.take_writer().unwrap();
        Self { master: pty.master, writer, child, screen, modes, _home: Some(home) }
    }

    /// Waits until the screen satisfies a condition. Panics with the screen if it does not.
    #[track_caller]
    pub(super) fn wait_until(&self, condition: impl Fn(&vt100::Screen) -> bool) {
        self.wait(|(parser, _)| condition(parser.screen()));
    }

    #[track_caller]
    fn wait(&self, condition: impl Fn(&(vt100::Parser, bool)) -> bool) {
        let parser = self.screen.parser.lock().unwrap();
        let waiting = |it: &mut (vt100::Parser, bool)| !condition(it);
        let (parser, waited) =
            self.screen.changed.wait_timeout_while(parser, TIMEOUT, waiting).unwrap();
        assert!(!waited.timed_out(), "{}", parser.0.screen().contents());
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub(super) fn wait_for(&self, text: &str) {
        self.wait_until(|screen| screen.contents().contains(text));
    }

    pub(super) fn text(&self) -> String {
        self.screen.parser.lock().unwrap().0.screen().contents()
    }

    /// Types something.
    pub(super) fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub(super) fn resize(&self, rows: u16, cols: u16) {
        self.screen.parser.lock().unwrap().0.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    pub(super) fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits until the command has ended, and asserts that the terminal is as it was before.
    #[track_caller]
    pub(super) fn ends(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.wait(|(parser, is_over)| {
            let screen = parser.screen();
            *is_over && !screen.alternate_screen() && !screen.hide_cursor()
        });
        assert_eq!(modes(&*self.master), self.modes);
        (status, self.text())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// Returns the modes of a terminal, such as whether it echoes.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
