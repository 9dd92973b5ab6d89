//! Checks, and how they are printed.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use crate::args::ColorChoice;
use crate::output::{self, Styles};
use crate::printable::printable;

/// The result of a check.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    name: &'static str,
    status: Status,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Failed,
}

impl Check {
    pub(super) fn fine(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, what: what.into(), mend: None, seconds: None }
    }

    /// What deserves a look, and what to do.
    pub(super) fn warning(
        name: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { status: Status::Warning, mend: Some(mend.into()), ..Self::fine(name, what) }
    }

    /// What is in the way of watching, and what to do.
    pub(super) fn failed(
        name: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { status: Status::Failed, mend: Some(mend.into()), ..Self::fine(name, what) }
    }

    pub(super) fn took(mut self, time: Duration) -> Self {
        self.seconds = Some(time.as_secs_f64());
        self
    }
}

/// All checks so far. As text, each is printed at once.
#[derive(Debug)]
pub(crate) struct Report {
    checks: Vec<Check>,
    is_json: bool,
    written: io::Result<()>,
}

/// In characters, of names.
const WIDTH: usize = 15;

impl Report {
    pub(super) fn new(is_json: bool) -> Self {
        Self { checks: Vec::new(), is_json, written: Ok(()) }
    }

    pub(super) fn add(&mut self, check: Check) {
        if !self.is_json && self.written.is_ok() {
            self.written = write(&check);
        }
        self.checks.push(check);
    }

    pub(super) fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.status == Status::Failed).count()
    }

    /// Prints what is not printed yet.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written. A reader that has closed it is no error.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        if self.is_json {
            let document = serde_json::json!({"ok": self.failed() == 0, "checks": self.checks});
            self.written = writeln!(io::stdout(), "{document:#}");
        }
        match std::mem::replace(&mut self.written, Ok(())) {
            Err(error) if !output::is_broken_pipe(&error) => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }
}

fn write(check: &Check) -> io::Result<()> {
    let styles = Styles::new(ColorChoice::Auto);
    let mut out = io::stdout().lock();
    let Check { name, what, .. } = check;
    // What a server or a kubeconfig says must not reach the terminal as it is.
    let what = one_line(what);
    let mark = match check.status {
        Status::Ok => styles.good("\u{2713}"),
        Status::Warning => styles.doubtful("!"),
        Status::Failed => styles.bad("\u{2717}"),
    };
    write!(out, "{mark} {name:WIDTH$} {what}")?;
    if let Some(seconds) = check.seconds {
        write!(out, " {}", styles.aside(format!("({:.1} ms)", seconds * 1e3)))?;
    }
    writeln!(out)?;
    if let Some(mend) = &check.mend {
        writeln!(out, "{:indent$}\u{2192} {}", "", one_line(mend), indent = WIDTH + 3)?;
    }
    out.flush()
}

/// Returns a text on one line.
fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
