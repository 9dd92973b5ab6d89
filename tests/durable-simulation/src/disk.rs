//! A disk that may lose what was not synced when the process is killed, as one does when the power is lost.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use redb::StorageBackend;

/// A disk with a database and its journal. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: [Content; 2],
    /// How many more operations succeed before the process is killed.
    left: Option<u32>,
}

#[derive(Debug, Default)]
struct Content {
    /// What the process sees.
    present: Vec<u8>,
    /// What was there at the last sync.
    synced: Vec<u8>,
    /// What was done since.
    unsynced: Vec<Operation>,
    /// Whether syncs do nothing, on purpose.
    ignores_syncs: bool,
}

/// A file of the disk.
#[derive(Clone, Debug)]
pub(crate) struct File {
    disk: Disk,
    number: usize,
}

#[derive(Clone, Debug)]
enum Operation {
    SetLen(usize),
    Write { offset: usize, data: Vec<u8> },
}

impl Disk {
    /// Returns the files of the database and of the journal.
    pub(crate) fn files(&self) -> (File, File) {
        let [database, journal] = [0, 1].map(|number| File { disk: self.clone(), number });
        (database, journal)
    }

    /// From now on, syncs of the journal do nothing.
    pub(crate) fn ignore_syncs_of_journal(&self) {
        self.state().files[1].ignores_syncs = true;
    }

    /// Kills the process after so many more operations: they fail from then on.
    pub(crate) fn kill_after(&self, operations: u32) {
        self.state().left = Some(operations);
    }

    /// Does not kill it after all: it was quicker.
    pub(crate) fn spare(&self) {
        self.state().left = None;
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.state().left == Some(0)
    }

    /// Starts again, with what was synced and some of what was not.
    pub(crate) fn lose_power(&self, random: &mut Rng) {
        let mut state = self.state();
        state.files.iter_mut().for_each(|file| file.lose_power(random));
        state.left = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    /// Leaves what was synced and some of what was not: up to any byte, or any of the operations.
    fn lose_power(&mut self, random: &mut Rng) {
        let mut content = std::mem::take(&mut self.synced);
        let operations = std::mem::take(&mut self.unsynced);
        let in_order = random.bool();
        let mut done = random.usize(..=operations.len());
        for operation in operations {
            let is_done = if in_order { done > 0 } else { random.bool() };
            if is_done {
                operation.apply(&mut content);
            } else if let Operation::Write { offset, data } = operation {
                // The write that was under way: its beginning, or what is left of it in pages of the file.
                if random.bool() {
                    let data = data[..random.usize(..=data.len())].to_vec();
                    Operation::Write { offset, data }.apply(&mut content);
                } else {
                    for part in pages(offset, &data) {
                        if random.bool() {
                            part.apply(&mut content);
                        }
                    }
                }
                if in_order {
                    break;
                }
            }
            done = done.saturating_sub(1);
        }
        self.present.clone_from(&content);
        self.synced = content;
    }
}

/// Returns a write as one for each sector that it touches.
fn pages(offset: usize, data: &[u8]) -> impl Iterator<Item = Operation> {
    const SECTOR: usize = 512;
    let end = offset + data.len();
    let starts = (offset - offset % SECTOR..end).step_by(SECTOR);
    starts.map(move |start| {
        let (from, to) = (start.max(offset), (start + SECTOR).min(end));
        Operation::Write { offset: from, data: data[from - offset..to - offset].to_vec() }
    })
}

impl State {
    fn operate(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1).ok_or(io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }
}

impl Operation {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::SetLen(len) => content.resize(*len, 0),
            Self::Write { offset, data } => {
                // The length may have been lost.
                content.resize(content.len().max(offset + data.len()), 0);
                content[*offset..offset + data.len()].copy_from_slice(data);
            }
        }
    }
}

fn size(number: u64) -> io::Result<usize> {
    usize::try_from(number).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

impl File {
    /// Does something that the process does not survive if it was to be killed before.
    fn operate(&self, function: impl FnOnce(&mut Content) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        function(&mut state.files[self.number])
    }
}

impl StorageBackend for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().files[self.number].present.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (state, offset) = (self.disk.state(), size(offset)?);
        let bytes = state.files[self.number].present.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let operation = Operation::SetLen(size(len)?);
        self.operate(|content| {
            operation.apply(&mut content.present);
            content.unsynced.push(operation);
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(|Content { synced, unsynced, ignores_syncs, .. }| {
            if !*ignores_syncs {
                for operation in unsynced.drain(..) {
                    operation.apply(synced);
                }
            }
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let operation = Operation::Write { offset: size(offset)?, data: data.to_vec() };
        self.operate(|content| {
            operation.apply(&mut content.present);
            content.unsynced.push(operation);
            Ok(())
        })
    }
}
