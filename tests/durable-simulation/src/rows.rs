//! Where a process keeps its rows: in memory, or in the database on the disk.

use std::collections::BTreeMap;

use fastrand::Rng;
use watch_durable::testing::{self, message};
use watch_durable::{Batch, Checkpoints, JournalSettings, Row};

use crate::disk::Disk;
use crate::sabotage::Sabotage;

/// So many operations are made for a commit, for the beginning of a generation of the journal, and for a merge.
const OPERATIONS: [u32; 3] = [4, 12, 60];
/// A journal that is full after a few commits, and merged in several transactions.
const SETTINGS: JournalSettings =
    JournalSettings { capacity: 4_096 + 3_000, step: 1_000, slice: 4, ..JournalSettings::FILE };

pub(crate) enum Rows {
    Memory(BTreeMap<(String, Vec<u8>), Vec<u8>>),
    Disk { disk: Disk, settings: JournalSettings, checkpoints: Option<Checkpoints> },
}

impl Rows {
    pub(crate) fn new(on_disk: bool, sabotage: Option<Sabotage>) -> Self {
        if on_disk {
            let disk = Disk::default();
            if sabotage == Some(Sabotage::IgnoreSyncsOfJournal) {
                disk.ignore_syncs_of_journal();
            }
            let sabotage = sabotage.and_then(Sabotage::of_journal);
            let settings = JournalSettings { sabotage, ..SETTINGS };
            Self::Disk { disk, settings, checkpoints: None }
        } else {
            Self::Memory(BTreeMap::new())
        }
    }

    /// Writes the batches, all or none. Returns false if the process was killed meanwhile, which happens only with
    /// `random`.
    pub(crate) fn write(&mut self, batches: Vec<Batch>, random: Option<&mut Rng>) -> bool {
        let killed = random.and_then(|random| (random.u8(..20) == 0).then_some(random));
        match self {
            Self::Memory(rows) => {
                let is_killed = killed.is_some();
                if killed.is_none_or(Rng::bool) {
                    apply(rows, batches);
                }
                !is_killed
            }
            Self::Disk { disk, checkpoints: Some(checkpoints), .. } => {
                if let Some(random) = killed {
                    disk.kill_after(operations(random));
                }
                let written = testing::write(checkpoints, &batches);
                let survives = written.is_ok() && !disk.is_killed();
                if survives {
                    disk.spare();
                }
                survives
            }
            Self::Disk { checkpoints: None, .. } => false,
        }
    }

    /// Opens what a killed process has left. Opening may be killed, too.
    pub(crate) fn reopen(&mut self, random: &mut Rng) -> Result<(), String> {
        let Self::Disk { disk, settings, checkpoints } = self else { return Ok(()) };
        loop {
            *checkpoints = None;
            disk.lose_power(random);
            if random.u8(..10) == 0 {
                disk.kill_after(operations(random));
            }
            let this = disk.clone();
            match Checkpoints::open_backends(move || this.files(), *settings) {
                Ok(opened) if !disk.is_killed() => {
                    disk.spare();
                    *checkpoints = Some(opened);
                    return Ok(());
                }
                Err(error) if !disk.is_killed() => return Err(message(&error)),
                _ => {}
            }
        }
    }

    /// Returns the rows of a stream.
    pub(crate) fn read(&self, stream: &str) -> Result<Vec<Row>, String> {
        match self {
            Self::Memory(rows) => Ok(rows
                .iter()
                .filter(|((of, _), _)| of == stream)
                .map(|((_, key), value)| Row { key: key.clone(), value: value.clone() })
                .collect()),
            Self::Disk { checkpoints: Some(checkpoints), .. } => {
                testing::read(checkpoints, stream).map_err(|error| message(&error))
            }
            Self::Disk { checkpoints: None, .. } => Ok(Vec::new()),
        }
    }
}

/// Returns how many operations the process survives.
fn operations(random: &mut Rng) -> u32 {
    let most = OPERATIONS[random.usize(..OPERATIONS.len())];
    random.u32(..most)
}

fn apply(rows: &mut BTreeMap<(String, Vec<u8>), Vec<u8>>, batches: Vec<Batch>) {
    for Batch { stream, puts, removals } in batches {
        for key in removals {
            rows.remove(&(stream.clone(), key));
        }
        for Row { key, value } in puts {
            rows.insert((stream.clone(), key), value);
        }
    }
}
