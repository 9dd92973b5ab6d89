//! A process with a durable stream, and its successors.

use fastrand::Rng;
use watch_durable::testing::{Ledger, message};
use watch_durable::{Batch, Row};
use watch_protocol::machine::Position;
use watchable_core::{ResourceInfo, Scope};
use watchables_simulation::{Durability, Handed, Restart};

use crate::rows::Rows;
use crate::sabotage::Sabotage;

const KIND: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const STREAM: &str = "simulated";
/// The sink, which is written in the same transaction: it has the number of the last commit.
const SINK: &str = "sink";

pub(crate) struct Process {
    rows: Rows,
    ledger: Ledger,
    commits: u64,
    sabotage: Option<Sabotage>,
}

impl Process {
    pub(crate) fn new(on_disk: bool, sabotage: Option<Sabotage>) -> Self {
        let mut rows = Rows::new(on_disk, sabotage);
        let opened = rows.reopen(&mut Rng::with_seed(0));
        opened.expect("a new disk is whole");
        let (ledger, _) = Ledger::load(&KIND, Vec::new()).expect("no row is damaged");
        Self { rows, ledger, commits: 0, sabotage }
    }
}

impl Durability for Process {
    fn hand_out(&mut self, Handed { number, event, position }: Handed<'_>) {
        let position = self.sabotage.map_or(position.clone(), |it| it.position(position));
        self.ledger.record(number, event.etype, event.identity.clone(), position);
    }

    fn commit(&mut self, up_to: u64, position: Position, mut random: Option<&mut Rng>) -> bool {
        let position = self.sabotage.map_or(position.clone(), |it| it.position(position));
        self.commits += 1;
        let sink = Batch {
            stream: SINK.to_owned(),
            puts: vec![Row { key: b"n".to_vec(), value: self.commits.to_le_bytes().to_vec() }],
            ..Batch::default()
        };
        let Some(commit) = self.ledger.prepare(up_to, position.clone()) else {
            // There is nothing new, but the sink counts the commit.
            return self.rows.write(vec![sink], random);
        };
        let batch = match self.sabotage {
            Some(Sabotage::AheadOfEvents) => {
                let mut ahead = commit.batch();
                if let Some(all) = self.ledger.prepare(u64::MAX, position) {
                    let header = all.batch().puts.into_iter().find(|row| row.key == b"h");
                    ahead.puts.retain(|row| row.key != b"h");
                    ahead.puts.extend(header);
                }
                ahead
            }
            Some(sabotage) => sabotage.batch(commit.batch()),
            None => commit.batch(),
        };
        let written = if self.sabotage == Some(Sabotage::TwoTransactions) {
            self.rows.write(vec![batch], random.as_deref_mut())
                && self.rows.write(vec![sink], random)
        } else {
            self.rows.write(vec![batch, sink], random)
        };
        if written {
            self.ledger.written(commit);
        }
        written
    }

    fn restart(&mut self, random: &mut Rng) -> Result<Restart, String> {
        self.rows.reopen(random)?;
        let sink = self.rows.read(SINK)?;
        let number = sink.first().and_then(|row| row.value.as_slice().try_into().ok());
        self.commits = number.map_or(0, u64::from_le_bytes);
        let rows = self.rows.read(STREAM)?;
        let (ledger, delivered) = Ledger::load(&KIND, rows).map_err(|error| message(&error))?;
        self.ledger = ledger;
        Ok(Restart { commits: self.commits, delivered })
    }
}
