//! Measures a large cluster: the initial list, then changes, none of which may be missing.

use std::collections::HashMap;
use std::error::Error;

use crate::{Args, Delays, Figures, ListMeasurement, Resident, Span};

/// The version of the initial list; the changes of each kind continue from it.
const VERSION: u64 = 1_000_000;

/// What has been received, and its cost.
#[derive(Debug)]
pub struct Cluster {
    objects: u32,
    changes: u32,
    /// How many have not been received.
    objects_left: u32,
    changes_left: u32,
    /// The version of the last change, by kind.
    versions: HashMap<String, u64>,
    list: ListMeasurement,
    initial_list: Figures,
    /// The span since the initial list is complete, and the number of changes that remained then.
    live: Option<(Span, u32)>,
    delays: Delays,
}

impl Cluster {
    /// Starts a measurement, before the first request.
    #[must_use]
    pub fn start(args: &Args) -> Self {
        Self {
            objects: args.count,
            changes: args.changes,
            objects_left: args.count,
            changes_left: args.changes,
            versions: HashMap::new(),
            list: ListMeasurement::start(),
            initial_list: Figures::default(),
            live: None,
            delays: Delays::default(),
        }
    }

    /// Records an object of this kind and version, and its delay if it says when it was sent. Returns
    /// whether everything has been received.
    ///
    /// # Errors
    ///
    /// Fails if a change is missing or duplicated, or if there are more objects than expected.
    pub fn record(
        &mut self,
        kind: &str,
        version: Option<&str>,
        sent: Option<&str>,
    ) -> Result<bool, Box<dyn Error>> {
        let version: u64 = version.ok_or("an object has no version")?.parse()?;
        if version <= VERSION {
            let left = self.objects_left.checked_sub(1);
            self.objects_left =
                left.ok_or_else(|| format!("an object of {kind} was received twice"))?;
            if self.objects_left == 0 {
                self.initial_list = self.list.figures(self.objects);
                self.live = Some((Span::start(), self.changes_left));
            }
        } else {
            let last = match self.versions.get_mut(kind) {
                Some(last) => last,
                None => self.versions.entry(kind.to_owned()).or_insert(VERSION),
            };
            if version != *last + 1 {
                return Err(format!("{kind}: version {version} was received after {last}").into());
            }
            *last = version;
            self.changes_left =
                self.changes_left.checked_sub(1).ok_or("there are more changes than expected")?;
            if sent.is_some() && self.live.is_some() {
                self.delays.record(sent)?;
            }
        }
        Ok(self.objects_left == 0 && self.changes_left == 0)
    }

    /// Returns the cost of an object of the initial list and of a change, the peak memory of the
    /// process, and the delays.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn figures(self) -> Figures {
        let (cpu, changes) = self.live.map_or((0.0, self.changes), |(span, changes)| {
            (span.read().cpu.as_secs_f64() * 1e6, changes)
        });
        Figures::default()
            .and(self.delays.figures())
            .and(self.initial_list)
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
        Cluster::start(&Args::parse_from(args.split(' ')))
    }

    #[test]
    fn all_objects_and_changes_complete_the_cluster() {
        let mut cluster = cluster();
        for (kind, version, complete) in [
            ("Pod", "1", false),
            ("Widget1", "1000001", false),
            ("Pod", "2", false),
            ("Pod", "1000001", false),
            ("Pod", "1000002", true),
        ] {
            assert_eq!(
                cluster.record(kind, Some(version), Some("1")).unwrap(),
                complete,
                "{version}"
            );
        }
        assert!(cluster.figures().line().contains("change_us"));
    }

    #[test]
    fn missing_or_duplicate_version_is_an_error() {
        for versions in [
            &["1", "2", "3"][..],
            &["1000002"],
            &["1000001", "1000001"],
            &["1000001", "1000002", "1000003", "1000004"],
        ] {
            let mut cluster = cluster();
            let (last, before) = versions.split_last().unwrap();
            for version in before {
                cluster.record("Pod", Some(version), None).unwrap();
            }
            assert!(cluster.record("Pod", Some(last), None).is_err(), "{versions:?}");
        }
    }
}
