//! Runs a command in a terminal, types keys, and takes what the terminal shows.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::{Parser, Screen};

/// How often the screen is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// What the terminal showed from a time on.
pub(crate) struct Frame {
    pub(crate) since: Duration,
    pub(crate) screen: Screen,
}

/// What is typed, and when.
pub(crate) type Key = (Duration, Vec<u8>);

/// Parses `4:j,5.5:enter`: the seconds after which a key is typed.
pub(crate) fn keys(text: &str) -> Result<Vec<Key>, Box<dyn Error>> {
    let keys = text.split(',').filter(|key| *key != "-").map(|key| {
        let (time, key) = key.split_once(':').ok_or("write keys as 4:j,5:enter")?;
        let bytes = match key {
            "enter" => b"\r".to_vec(),
            "esc" => b"\x1b".to_vec(),
            "left" => b"\x1b[D".to_vec(),
            "right" => b"\x1b[C".to_vec(),
            "down" => b"\x1b[B".to_vec(),
            "tab" => b"\t".to_vec(),
            other => other.as_bytes().to_vec(),
        };
        Ok((Duration::from_secs_f64(time.parse()?), bytes))
    });
    keys.collect()
}

/// Returns each different screen, with the time since which it was shown.
pub(crate) fn record(
    command: &[String],
    (rows, columns): (u16, u16),
    seconds: f64,
    keys: &[Key],
) -> Result<Vec<Frame>, Box<dyn Error>> {
    let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
    let terminal = native_pty_system().openpty(size)?;
    let (program, arguments) = command.split_first().ok_or("name a program")?;
    let mut builder = CommandBuilder::new(program);
    builder.args(arguments);
    builder.env("TERM", "xterm-256color");
    builder.env("COLORTERM", "truecolor");
    let mut child = terminal.slave.spawn_command(builder)?;
    drop(terminal.slave);
    let (mut reader, mut writer) =
        (terminal.master.try_clone_reader()?, terminal.master.take_writer()?);
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut parser = Parser::new(rows.try_into()?, columns.try_into()?, 0);
    let (start, mut keys, mut frames) = (Instant::now(), keys.iter(), Vec::<Frame>::new());
    let mut key = keys.next();
    while start.elapsed().as_secs_f64() < seconds {
        let until = Instant::now() + INTERVAL;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Ok(bytes) = received.recv_timeout(left) {
                parser.process(&bytes);
            }
        }
        let since = start.elapsed();
        let is_new =
            |last: &Frame| last.screen.contents_formatted() != parser.screen().contents_formatted();
        if frames.last().is_none_or(is_new) {
            frames.push(Frame { since, screen: parser.screen().clone() });
        }
        while let Some((_, bytes)) = key.filter(|(time, _)| *time <= start.elapsed()) {
            writer.write_all(bytes)?;
            writer.flush()?;
            key = keys.next();
        }
    }
    child.kill()?;
    child.wait()?;
    Ok(frames)
}
