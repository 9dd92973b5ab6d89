//! Replay: an embedded API server that shows the recorded cluster, as it was and as it went on.
//!
//! A [`Replayer`] puts a recording into the server, at any pace, step by step, or up to a moment. Clients see
//! the recorded objects with their own metadata and resource versions. Watches from before the replay's
//! start get 410, and writes are refused.
//!
//! ```no_run
//! use embedded_apiserver::EmbeddedServer;
//! use watch_recording::Recording;
//! use watch_recording::replay::ReplayExt as _;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let recording = Recording::open("day.jsonl.zst")?;
//! let (server, mut replayer) = EmbeddedServer::replay(recording).await?;
//! // A controller under test connects to `server.url()`, and then:
//! while let Some(step) = replayer.step()? {
//!     println!("{step}");
//! }
//! # Ok(())
//! # }
//! ```

mod batch;
mod change;
mod error;
mod head;
mod load;
mod options;
mod order;
mod pacer;
mod replayer;
mod server;
mod sources;
mod step;
#[cfg(test)]
mod tests;

pub use error::ReplayerError;
pub use options::ReplayOptions;
pub use replayer::Replayer;
pub use server::ReplayExt;
pub use step::Step;
