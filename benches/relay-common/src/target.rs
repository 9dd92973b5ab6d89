//! The stream that events are relayed to.

use async_nats::jetstream::stream::{Config, Info, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use gauge::{Figures, Reading, Resident};
use stream_common::Error;

/// The name of the stream.
pub const STREAM: &str = "bench";
/// The subjects of its messages.
pub const SUBJECTS: &str = "k8s.>";

/// An empty stream in the memory of a nats-server.
#[derive(Debug)]
pub struct Target {
    context: Context,
    stream: Stream<Info>,
}

impl Target {
    /// Makes the stream anew.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached or refuses the stream.
    pub async fn new(url: &str) -> Result<Self, Error> {
        let context = jetstream::new(async_nats::connect(url).await?);
        // There may be none.
        let _ = context.delete_stream(STREAM).await;
        let config = Config {
            name: STREAM.to_owned(),
            subjects: vec![SUBJECTS.to_owned()],
            storage: StorageType::Memory,
            ..Config::default()
        };
        let stream = context.create_stream(config).await?;
        Ok(Self { context, stream })
    }

    /// Returns the cost of an event and the memory of the process, and removes the stream.
    ///
    /// # Errors
    ///
    /// Fails if the stream has not as many messages as there were events.
    pub async fn figures(mut self, reading: Reading, events: u32) -> Result<Figures, Error> {
        let stored = self.stream.info().await?.state.messages;
        if stored != u64::from(events) {
            return Err(format!("{stored} messages were stored of {events} events").into());
        }
        self.context.delete_stream(STREAM).await?;
        Ok(cost(reading, events))
    }
}

/// Returns the cost of an event, and the memory of the process.
#[must_use]
pub fn cost(reading: Reading, events: u32) -> Figures {
    let events = f64::from(events);
    #[allow(clippy::cast_precision_loss)]
    let peak = Resident::read().peak as f64 / 1e6;
    Figures::default()
        .with("cpu_us", reading.cpu.as_secs_f64() * 1e6 / events)
        .with("events_s", events / reading.wall.as_secs_f64())
        .with("peak_mb", peak)
}
