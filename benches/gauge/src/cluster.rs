//! Follows a large cluster: the state, then changes, of which none may be missing.

use std::collections::HashMap;
use std::error::Error;

use crate::{Args, Delays, Figures, Filling, Resident, Span};

/// The version of the state; the changes of each kind count on from it.
const VERSION: u64 = 1_000_000;

/// What has come, and what it took.
#[derive(Debug)]
pub struct Cluster {
    objects: u32,
    changes: u32,
    /// How many are yet to come.
    objects_left: u32,
    changes_left: u32,
    /// The version of the last change, by kind.
    versions: HashMap<String, u64>,
    filling: Filling,
    state: Figures,
    /// Since the state is complete, and how many changes had come by then.
    live: Option<(Span, u32)>,
    delays: Delays,
}

impl Cluster {
    /// Begins to measure, before the server is asked for anything.
    #[must_use]
    pub fn begin(args: &Args) -> Self {
        Self {
            objects: args.count,
            changes: args.changes,
            objects_left: args.count,
            changes_left: args.changes,
            versions: HashMap::new(),
            filling: Filling::begin(),
            state: Figures::default(),
            live: None,
            delays: Delays::default(),
        }
    }

    /// Takes note of an object of this kind and version, and of when it was sent where that is known.
    /// Whether all has come.
    ///
    /// # Errors
    ///
    /// Where a change is missing or comes twice, or more comes than there is.
    pub fn saw(
        &mut self,
        kind: &str,
        version: Option<&str>,
        sent: Option<&str>,
    ) -> Result<bool, Box<dyn Error>> {
        let version: u64 = version.ok_or("an object has no version")?.parse()?;
        if version <= VERSION {
            let left = self.objects_left.checked_sub(1);
            self.objects_left = left.ok_or_else(|| format!("an object of {kind} came twice"))?;
            if self.objects_left == 0 {
                self.state = self.filling.figures(self.objects);
                self.live = Some((Span::begin(), self.changes_left));
            }
        } else {
            let last = match self.versions.get_mut(kind) {
                Some(last) => last,
                None => self.versions.entry(kind.to_owned()).or_insert(VERSION),
            };
            if version != *last + 1 {
                return Err(format!("of {kind}, {version} came after {last}").into());
            }
            *last = version;
            self.changes_left = self.changes_left.checked_sub(1).ok_or("a change too many")?;
            if sent.is_some() && self.live.is_some() {
                self.delays.saw(sent)?;
            }
        }
        Ok(self.objects_left == 0 && self.changes_left == 0)
    }

    /// What the state took an object, and the changes each; the process at most; delays.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn figures(self) -> Figures {
        let (cpu, changes) = self.live.map_or((0.0, self.changes), |(span, changes)| {
            (span.read().cpu.as_secs_f64() * 1e6, changes)
        });
        Figures::default()
            .and(self.delays.figures())
            .and(self.state)
            .with("change_us", cpu / f64::from(changes.max(1)))
            .with("most_mb", Resident::read().peak as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn cluster() -> Cluster {
        let args = "x scale --server s --count 2 --changes 3";
        Cluster::begin(&Args::parse_from(args.split(' ')))
    }

    #[test]
    fn all_has_come_once_objects_and_changes_have() {
        let mut cluster = cluster();
        for (kind, version, all) in [
            ("Pod", "1", false),
            ("Widget1", "1000001", false),
            ("Pod", "2", false),
            ("Pod", "1000001", false),
            ("Pod", "1000002", true),
        ] {
            assert_eq!(cluster.saw(kind, Some(version), Some("1")).unwrap(), all, "{version}");
        }
        assert!(cluster.figures().line().contains("change_us"));
    }

    #[test]
    fn what_is_missing_or_comes_twice_is_noticed() {
        for versions in [
            &["1", "2", "3"][..],
            &["1000002"],
            &["1000001", "1000001"],
            &["1000001", "1000002", "1000003", "1000004"],
        ] {
            let mut cluster = cluster();
            let (last, before) = versions.split_last().unwrap();
            for version in before {
                cluster.saw("Pod", Some(version), None).unwrap();
            }
            assert!(cluster.saw("Pod", Some(last), None).is_err(), "{versions:?}");
        }
    }
}
