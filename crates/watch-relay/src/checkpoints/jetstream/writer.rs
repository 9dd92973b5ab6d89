//! The only writer of a log, as long as nobody else takes it over.

use bytes::Bytes;
use watch_durable::{Batch, StoreError};

use crate::checkpoints::jetstream::encoding;
use crate::checkpoints::jetstream::log::{Log, Written};
use crate::checkpoints::jetstream::part::{self, Kind, Part, Rows};
use crate::sink::{Fence, SinkError};

/// How often writing is tried when the last message is another one than was expected.
const ATTEMPTS: u32 = 10;
/// A log that has more bytes than this, and than four times its last snapshot, is written anew.
const COMPACT_BYTES: u64 = 4 << 20;

/// Writes a log.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) log: Log,
    id: String,
    fence: Option<Fence>,
    /// That of the fence, or the highest before if there is none.
    epoch: u64,
    /// Whether this is the last one to have claimed the log, as far as it knows.
    has_claimed: bool,
    /// The sequence of the last message, as far as it is known.
    last: u64,
    commits: u64,
    snapshot_bytes: u64,
    bytes: u64,
    compact_bytes: u64,
}

impl Writer {
    pub(super) fn new(log: Log, fence: Option<&Fence>) -> Self {
        // A name that the client makes for each request: unique.
        let id = log.connection.context.client().new_inbox();
        Self {
            log,
            id: id.rsplit('.').next().unwrap_or_default().to_owned(),
            fence: fence.cloned(),
            epoch: 0,
            has_claimed: false,
            last: 0,
            commits: 0,
            snapshot_bytes: 0,
            bytes: 0,
            compact_bytes: COMPACT_BYTES,
        }
    }

    /// Sets the size from which on a log is written anew, for tests.
    pub(super) fn set_compact_bytes(&mut self, bytes: u64) {
        self.compact_bytes = bytes;
    }

    /// Reads the log, and writes a claim behind it: what a former writer still sends is refused from then on.
    pub(super) async fn take(&mut self) -> Result<Rows, StoreError> {
        for _ in 0..ATTEMPTS {
            let (assembly, last) = self.log.read().await?;
            let is_ours = assembly.holder.as_ref() == Some(&self.id);
            let epoch = self.fence.as_ref().map_or(assembly.epoch, |fence| fence.epoch);
            if (self.has_claimed && !is_ours) || epoch < assembly.epoch {
                return Err(self.fenced());
            }
            let claim = Part {
                kind: Kind::Claim,
                writer: self.id.clone(),
                commit: self.commits,
                number: 1,
                parts: 1,
                epoch,
            };
            if let Written::Stored(last) = self.log.write(&claim, Bytes::new(), last).await? {
                self.has_claimed = true;
                self.epoch = epoch;
                self.last = last;
                self.snapshot_bytes = assembly.snapshot_bytes;
                self.bytes = assembly.bytes;
                return Ok(assembly.rows);
            }
        }
        Err(self.contended())
    }

    /// Writes changes, all or none.
    pub(super) async fn commit(&mut self, batches: &[Batch]) -> Result<(), StoreError> {
        let body = encoding::encode(batches);
        self.bytes += body.len() as u64;
        self.append(Kind::Commit, body.into()).await?;
        if self.bytes > self.compact_bytes.max(4 * self.snapshot_bytes) {
            // The commit is there; this is tried again with the next one.
            if let Err(error) = self.compact().await {
                tracing::warn!("the log of checkpoints could not be shortened: {error}");
            }
        }
        Ok(())
    }

    /// Writes all rows, and removes what is before them.
    async fn compact(&mut self) -> Result<(), StoreError> {
        let (assembly, _) = self.log.read().await?;
        if assembly.holder.as_ref() != Some(&self.id) {
            return Err(self.fenced());
        }
        let body = encoding::encode(&part::batches(assembly.rows));
        let bytes = body.len() as u64;
        let first = self.append(Kind::Snapshot, body.into()).await?;
        (self.snapshot_bytes, self.bytes) = (bytes, 0);
        Ok(self.log.purge(first).await?)
    }

    /// Writes a commit, in several messages if it must be. Returns the sequence of the first.
    async fn append(&mut self, kind: Kind, body: Bytes) -> Result<u64, StoreError> {
        let part_bytes = self.log.part_bytes();
        let parts = body.len().div_ceil(part_bytes).max(1) as u64;
        'attempts: for _ in 0..ATTEMPTS {
            self.commits += 1;
            let mut first = None;
            let mut rest = body.clone();
            for number in 1..=parts {
                let part = Part {
                    kind,
                    writer: self.id.clone(),
                    commit: self.commits,
                    number,
                    parts,
                    epoch: self.epoch,
                };
                let chunk = rest.split_to(rest.len().min(part_bytes));
                match self.log.write(&part, chunk, self.last).await? {
                    Written::Stored(sequence) => {
                        self.last = sequence;
                        first.get_or_insert(sequence);
                    }
                    Written::Refused => {
                        self.catch_up().await?;
                        continue 'attempts;
                    }
                }
            }
            return Ok(first.unwrap_or(self.last));
        }
        Err(self.contended())
    }

    /// Finds out what is last, after a write of ours whose end was not waited for, or somebody else's.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        match self.log.last().await? {
            Some((sequence, part)) if part.writer == self.id => {
                self.last = sequence;
                Ok(())
            }
            Some(_) => Err(self.fenced()),
            None => Err(StoreError::new(format!(
                "{}: the checkpoints in {} were removed; start the relay again, and it begins anew",
                self.log.connection.name, self.log.subject
            ))),
        }
    }

    fn fenced(&self) -> StoreError {
        let (server, subject) = (&self.log.connection.name, &self.log.subject);
        let text = format!("{server}: another replica has taken over the checkpoints in {subject}");
        StoreError::new(text.clone()).with_source(SinkError::fenced(text))
    }

    fn contended(&self) -> StoreError {
        let (server, subject) = (&self.log.connection.name, &self.log.subject);
        StoreError::new(format!("{server}: others write {subject} at the same time"))
    }
}
