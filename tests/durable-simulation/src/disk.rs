//! A disk that may lose what was not synced when the process is killed, as one does when the power is lost.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use redb::StorageBackend;

/// Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What the process sees.
    present: Vec<u8>,
    /// What was there at the last sync.
    synced: Vec<u8>,
    /// What was done since.
    unsynced: Vec<Operation>,
    /// How many more operations succeed before the process is killed.
    left: Option<u32>,
}

#[derive(Clone, Debug)]
enum Operation {
    SetLen(usize),
    Write { offset: usize, data: Vec<u8> },
}

impl Disk {
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

    /// Starts again, with what was synced and some of what was not: up to any byte, or any of the operations.
    pub(crate) fn lose_power(&self, random: &mut Rng) {
        let mut state = self.state();
        let mut content = std::mem::take(&mut state.synced);
        let operations = std::mem::take(&mut state.unsynced);
        let in_order = random.bool();
        let mut done = random.usize(..=operations.len());
        for operation in operations {
            let is_done = if in_order { done > 0 } else { random.bool() };
            if is_done {
                operation.apply(&mut content);
            } else if let Operation::Write { offset, mut data } = operation {
                // The write that was under way.
                data.truncate(random.usize(..=data.len()));
                Operation::Write { offset, data }.apply(&mut content);
                if in_order {
                    break;
                }
            }
            done = done.saturating_sub(1);
        }
        state.present.clone_from(&content);
        state.synced = content;
        state.left = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().present.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (state, offset) = (self.state(), size(offset)?);
        let bytes = state.present.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let (mut state, operation) = (self.state(), Operation::SetLen(size(len)?));
        state.operate()?;
        operation.apply(&mut state.present);
        state.unsynced.push(operation);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        let State { synced, unsynced, .. } = &mut *state;
        for operation in unsynced.drain(..) {
            operation.apply(synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let operation = Operation::Write { offset: size(offset)?, data: data.to_vec() };
        let mut state = self.state();
        state.operate()?;
        operation.apply(&mut state.present);
        state.unsynced.push(operation);
        Ok(())
    }
}
