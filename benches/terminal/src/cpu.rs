//! The CPU time of printing events.

use std::error::Error;
use std::io::Read;
use std::time::Duration;

use clap::Parser;
use gauge::Figures;
use memchr::memchr;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::cluster;
use crate::program::Program;

/// The size of the read buffer in bytes: that of a pipe.
const BUFFER: usize = 64 << 10;

#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The command, its words separated by spaces; `SERVER` stands for the replayer's URL
    #[arg(long)]
    command: String,
    /// Number of events
    #[arg(long)]
    count: u32,
    /// Number of lines of an event that do not start with a space
    #[arg(long, default_value_t = 1)]
    lines: u32,
    /// URL of the replayer
    #[arg(long)]
    server: String,
}

pub(crate) fn measure(options: &Options) -> Result<Figures, Box<dyn Error>> {
    let home = cluster::of_server(&options.server)?;
    let command = options.command.replace("SERVER", &options.server);
    let (program, stdout) = Program::start(&command, home.path())?;
    let bytes = read(stdout, u64::from(options.count) * u64::from(options.lines))?;
    // The time of a process counts once it is waited for.
    drop(program);
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    let cpu = Duration::from_micros(micros.unsigned_abs());
    let count = f64::from(options.count);
    #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 bytes")]
    let bytes = bytes as f64;
    Ok(Figures::default()
        .with("cpu_us", cpu.as_secs_f64() * 1e6 / count)
        .with("bytes", bytes / count))
}

/// Reads until so many lines that do not start with a space have begun and ended, and returns the number of bytes.
fn read(mut from: impl Read, lines: u64) -> Result<u64, Box<dyn Error>> {
    let mut buffer = vec![0; BUFFER];
    let mut counted = Lines::default();
    let mut bytes = 0;
    while counted.ended < lines {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Err(format!(
                "the program ended after {} of {lines} lines: see its messages above",
                counted.ended
            )
            .into());
        }
        counted.add(&buffer[..read]);
        bytes += read as u64;
    }
    Ok(bytes)
}

/// Counts lines that do not start with a space.
#[derive(Default)]
struct Lines {
    ended: u64,
    /// The first byte of the line that has not ended.
    first: Option<u8>,
}

impl Lines {
    fn add(&mut self, mut part: &[u8]) {
        while let Some(first) = part.first() {
            let first = *self.first.get_or_insert(*first);
            let Some(end) = memchr(b'\n', part) else { return };
            self.ended += u64::from(first != b' ' && first != b'\n');
            self.first = None;
            part = &part[end + 1..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_across_reads() {
        let text = b"{\n    \"a\": 1\n}\n\n{\n}\nnot ended";
        for at in 0..text.len() {
            let mut lines = Lines::default();
            lines.add(&text[..at]);
            lines.add(&text[at..]);
            assert_eq!(lines.ended, 4, "split at {at}");
        }
    }

    #[test]
    fn program_that_ends_early_is_an_error() {
        assert_eq!(read(&b"a\n b\nc\n"[..], 2).unwrap(), 7);
        let error = read(&b"a\n b\n"[..], 2).unwrap_err().to_string();
        assert!(error.contains("after 1 of 2 lines"), "{error}");
    }
}
