//! Streams of JetStream: getting, creating and asking them.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{Config, Info, LastRawMessageErrorKind, StorageType, Stream};
use serde::Deserialize;

use crate::nats::connection::Connection;
use crate::nats::failure::Failure;

/// Where a stream keeps its messages.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Storage {
    /// In files: they survive the server's restart.
    #[default]
    File,
    /// In memory: they are lost with the server, unless another replica has them.
    Memory,
}

impl From<Storage> for StorageType {
    fn from(storage: Storage) -> Self {
        match storage {
            Storage::File => Self::File,
            Storage::Memory => Self::Memory,
        }
    }
}

/// Returns a stream, which is created if it is missing and a configuration is given. `missing` says how a person can
/// create it.
pub(crate) async fn stream_of(
    connection: &Connection,
    stream: &str,
    create: Option<Config>,
    missing: &str,
) -> Result<Stream<Info>, Failure> {
    let error = match connection.context.get_stream(stream).await {
        Ok(stream) => return Ok(stream),
        Err(error) => error,
    };
    let code = match error.kind() {
        GetStreamErrorKind::JetStream(inner) => Some(inner.error_code()),
        GetStreamErrorKind::EmptyName | GetStreamErrorKind::InvalidStreamName => {
            return Err(Failure::new(format!(
                "{stream:?} is no name of a stream; it must have no spaces, dots, wildcards and slashes"
            )));
        }
        GetStreamErrorKind::Request => None,
    };
    if code != Some(ErrorCode::STREAM_NOT_FOUND) {
        let what = format!("what the stream {stream} is like");
        return Err(connection.failed(&what, code, error));
    }
    let Some(create) = create else {
        let name = &connection.name;
        return Err(Failure::new(format!("{name} has no stream {stream}; {missing}")));
    };
    let created = connection.context.get_or_create_stream(create).await;
    created.map_err(|error| {
        let code = match error.kind() {
            CreateStreamErrorKind::JetStream(inner) => Some(inner.error_code()),
            _ => None,
        };
        connection.failed(&format!("the stream {stream} cannot be created"), code, error)
    })
}

/// Returns the last message of a subject, as the stream's leader knows it.
pub(crate) async fn last_of<I>(
    connection: &Connection,
    stream: &Stream<I>,
    subject: &str,
) -> Result<Option<StreamMessage>, Failure> {
    match stream.get_last_raw_message_by_subject(subject).await {
        Ok(message) => Ok(Some(message)),
        Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => {
            let code = match error.kind() {
                LastRawMessageErrorKind::JetStream(inner) => Some(inner.error_code()),
                _ => None,
            };
            if code == Some(ErrorCode::NO_MESSAGE_FOUND) {
                return Ok(None);
            }
            Err(connection.failed(&format!("what is last in {subject}"), code, error))
        }
    }
}
