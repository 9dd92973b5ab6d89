//! `--resume`: a watch that goes on where the one before has ended.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use futures::StreamExt as _;
use tokio::time::Instant;
use watchables::{Checkpoints, DurableError, DurableExt as _, DurableStream};

use super::item::Item;
use super::seen::Seen;
use super::watches::Watches;
use crate::say::say;

/// The name of the stream in the file. Those of its watches are below it.
const STREAM: &str = "watch";

/// The shortest time between two commits.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
/// The time between two commits, by what the last one took: they take at most a twentieth of the time.
const INTERVAL_BY_COST: u32 = 20;

/// A durable stream, and when it is committed.
pub(crate) struct Resumed {
    stream: DurableStream<Seen>,
    path: PathBuf,
    /// Whether something was handed out since the last commit.
    is_behind: bool,
    due: Instant,
    has_several_clusters: bool,
    goes_on: bool,
}

impl Resumed {
    /// Opens the file, and begins where it ends.
    ///
    /// # Errors
    ///
    /// If the file cannot be used, or is of other watches.
    pub(crate) fn open(path: &Path, watches: &Watches) -> anyhow::Result<Self> {
        let file = path.display();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            bail!("--resume {file}: there is no folder {}", folder.display());
        }
        if path.is_dir() {
            bail!("--resume {file}: this is a folder; name a file in it");
        }
        let checkpoints = Checkpoints::open(path).with_context(|| format!("--resume {file}"))?;
        let known = checkpoints.names().with_context(|| format!("--resume {file}"))?;
        let wanted: Vec<_> = watches.statuses.iter().map(|(name, _)| name.as_str()).collect();
        let is_absent = |name: &str| watches.is_absent(name);
        check(&known, &wanted, is_absent).map_err(|text| anyhow!("--resume {file}: {text}"))?;
        let stream = watches.mux.clone().durable(&checkpoints, STREAM)?;
        Ok(Self {
            stream,
            path: path.to_owned(),
            is_behind: false,
            due: Instant::now(),
            has_several_clusters: watches.has_several_clusters(),
            goes_on: !known.is_empty(),
        })
    }

    /// Whether there was a watch before, which it goes on with.
    pub(crate) fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Returns the next event. `None` at the end.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Item>> {
        match self.stream.next().await {
            None => Ok(None),
            Some(Ok(event)) => {
                self.is_behind = true;
                Ok(Some(Ok(event.into_inner())))
            }
            Some(Err(error)) if error.is_terminal() && !self.has_several_clusters => {
                Err(self.with_advice(error))
            }
            Some(Err(error)) => Ok(Some(Err(self.with_advice(error)))),
        }
    }

    /// Commits if it is time to.
    pub(crate) async fn commit_if_due(&mut self) -> anyhow::Result<()> {
        if self.is_behind && Instant::now() >= self.due { self.commit().await } else { Ok(()) }
    }

    /// Commits what was handed out.
    pub(crate) async fn commit(&mut self) -> anyhow::Result<()> {
        if !self.is_behind {
            return Ok(());
        }
        let start = Instant::now();
        let committed = self.stream.commit().await;
        committed.with_context(|| format!("--resume {}", self.path.display()))?;
        self.is_behind = false;
        let end = Instant::now();
        self.due = end + SHORTEST_INTERVAL.max((end - start) * INTERVAL_BY_COST);
        Ok(())
    }

    /// Returns when it is time to commit, if anything was handed out.
    pub(crate) fn commit_due(&self) -> Option<Instant> {
        self.is_behind.then_some(self.due)
    }

    fn with_advice(&self, error: DurableError) -> anyhow::Error {
        match error.mismatch() {
            Some(mismatch) => anyhow!(
                "--resume {}: the file is of {mismatch}; name another file, or remove it and its -journal to begin anew",
                self.path.display()
            ),
            None => error.into(),
        }
    }
}

/// Compares the streams of a file with the watches. `is_absent` says whether a watch is of a cluster that cannot be
/// reached now.
fn check(
    known: &[String],
    wanted: &[&str],
    is_absent: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let prefix = format!("{STREAM}/");
    let mut names = Vec::new();
    for name in known {
        let Some(name) = name.strip_prefix(&prefix) else {
            return Err(format!("the file holds {name:?} of another program; name another file"));
        };
        names.push(name);
    }
    if !names.iter().all(|name| wanted.contains(name) || is_absent(name)) {
        return Err(format!(
            "the file is of another watch: of {}, and this one is of {}; name another file, or remove it and its -journal to begin anew",
            names.join(", "),
            wanted.join(", ")
        ));
    }
    let new: Vec<_> = wanted.iter().filter(|name| !names.contains(name)).copied().collect();
    if !known.is_empty() && !new.is_empty() {
        say!("--resume: {} is new in the file, and begins with what exists", new.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_of_other_watches_is_refused() {
        let error = |known: &[&str], wanted: &[&str]| {
            let known: Vec<_> = known.iter().map(|name| (*name).to_owned()).collect();
            check(&known, wanted, |name| name.starts_with("away ")).err().unwrap_or_default()
        };
        assert_eq!(error(&[], &["pods/v1"]), "");
        assert_eq!(error(&["watch/pods/v1"], &["pods/v1", "services/v1"]), "");
        assert_eq!(error(&["watch/pods/v1", "watch/away pods/v1"], &["pods/v1"]), "");
        let said = error(&["watch/pods/v1", "watch/jobs.batch/v1"], &["pods/v1"]);
        assert!(
            said.contains("another watch: of pods/v1, jobs.batch/v1, and this one is of pods/v1"),
            "{said}"
        );
        assert!(error(&["relay/pods/v1"], &["pods/v1"]).contains("\"relay/pods/v1\" of another"));
    }
}
