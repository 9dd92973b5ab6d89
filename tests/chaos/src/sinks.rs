//! The sinks, what each promises, and what they have.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::SHARDS;
use crate::history::History;
use crate::judge::{self, Promise};
use crate::stored::{self, JetStream, Stored};
use crate::world::World;

pub(crate) const SINKS: [(&str, Promise); 4] = [
    (
        "JetStream",
        Promise { is_once: true, is_transaction: false, is_fenced: true, shards: SHARDS },
    ),
    (
        "PostgreSQL",
        Promise { is_once: true, is_transaction: true, is_fenced: true, shards: SHARDS },
    ),
    (
        "webhook",
        Promise { is_once: false, is_transaction: false, is_fenced: false, shards: SHARDS },
    ),
    // One relay writes it: nobody else is there to be kept out.
    ("file", Promise { is_once: true, is_transaction: false, is_fenced: true, shards: 1 }),
];

/// Reads them.
pub(crate) struct Sinks {
    jetstream: JetStream,
}

impl Sinks {
    pub(crate) async fn of(world: &World) -> Self {
        Self { jetstream: JetStream::new(world.nats.lock().await.url()) }
    }

    /// Reads all sinks, in the order of [`SINKS`].
    pub(crate) async fn read(&mut self, world: &World) -> Result<[Vec<Stored>; 4], String> {
        self.jetstream.read_on().await?;
        let postgres = stored::changes(&*world.postgres.lock().await).await?;
        let file = std::fs::read(world.file()).unwrap_or_default();
        Ok([
            self.jetstream.events.clone(),
            postgres,
            world.webhook.events()?,
            stored::lines(&file)?,
        ])
    }

    /// Waits until each sink has the last state of each object.
    pub(crate) async fn wait(
        &mut self,
        world: &World,
        history: &History,
        limit: Duration,
    ) -> Result<(), String> {
        let began = Instant::now();
        loop {
            let objects = history.objects();
            let behind = match self.read(world).await {
                Ok(stored) => {
                    let behind = SINKS.iter().zip(&stored).filter_map(|((name, _), stored)| {
                        let behind = judge::behind(&objects, stored);
                        (behind > 0).then(|| format!("{name} is behind with {behind} objects"))
                    });
                    behind.collect::<Vec<_>>().join(", ")
                }
                // The streams and tables may not be there yet.
                Err(error) => error,
            };
            if behind.is_empty() {
                return Ok(());
            }
            if began.elapsed() > limit {
                return Err(format!("after {limit:?}: {behind}"));
            }
            sleep(Duration::from_millis(500)).await;
        }
    }
}
