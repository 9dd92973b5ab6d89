//! Replays for tests: `EmbeddedServer::replay(recording)`.

use std::future::Future;

use embedded_apiserver::EmbeddedServer;

use super::error::ReplayerError;
use super::options::ReplayOptions;
use super::replayer::Replayer;
use crate::Recording;

/// Starts servers that show recordings; [`EmbeddedServer`] implements it.
pub trait ReplayExt: Sized {
    /// Starts a server that shows a recording, from its first state on.
    ///
    /// The replayer decides when what comes after it happens. For other options and for the server's settings, use
    /// [`Replayer::new`] and [`Replayer::server`].
    ///
    /// # Errors
    ///
    /// Those of [`Replayer::new`], or the server cannot be started.
    ///
    /// # Panics
    ///
    /// There is no tokio runtime.
    fn replay(
        recording: Recording,
    ) -> impl Future<Output = Result<(Self, Replayer), ReplayerError>> + Send;
}

impl ReplayExt for EmbeddedServer {
    async fn replay(recording: Recording) -> Result<(Self, Replayer), ReplayerError> {
        let replayer = Replayer::new(recording, ReplayOptions::new())?;
        let server = replayer.server().start().await.map_err(ReplayerError::server)?;
        Ok((server, replayer))
    }
}
