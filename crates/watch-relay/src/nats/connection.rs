//! Connections to NATS servers.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::{
    ContextBuilder, PublishError, RequestError, RequestErrorKind,
};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::{Context, ErrorCode};
use async_nats::{ConnectErrorKind, ConnectOptions, Event};

use crate::nats::address::{self, NatsUrl};
use crate::nats::credentials::{NatsCredentials, NatsTls, authenticate, encrypt};
use crate::nats::failure::{Failure, code_of};

/// Where a server is, and how it is spoken to.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// URLs, separated by commas.
    pub(crate) url: NatsUrl,
    pub(crate) credentials: Option<NatsCredentials>,
    pub(crate) tls: Option<NatsTls>,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
    /// How many publishes may await their acknowledgement.
    pub(crate) max_in_flight: usize,
}

/// A connection, which the client restores by itself when it breaks.
pub(crate) struct Connection {
    /// The servers' addresses, without credentials.
    pub(crate) name: Arc<str>,
    pub(crate) context: Context,
    pub(crate) timeout: Duration,
    /// What the client noticed last, such as that it was refused on reconnecting.
    last_error: Arc<Mutex<Option<String>>>,
}

impl Server {
    /// Connects.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let (addresses, name) = self.url.addresses()?;
        let last_error = Arc::new(Mutex::new(None));
        let noticed = Arc::clone(&last_error);
        let mut options = ConnectOptions::new()
            .name("watchables relay")
            .connection_timeout(self.timeout)
            .request_timeout(Some(self.timeout))
            .event_callback(move |event| {
                match &event {
                    Event::Connected => *lock(&noticed) = None,
                    Event::ServerError(_) | Event::ClientError(_) => {
                        *lock(&noticed) = Some(event.to_string());
                    }
                    _ => {}
                }
                async {}
            });
        options = match &self.credentials {
            Some(credentials) => authenticate(options, credentials).await?,
            None => address::authenticate(options, &addresses),
        };
        if let Some(tls) = &self.tls {
            options = encrypt(options, tls).await?;
        }
        let client = options.connect(addresses).await.map_err(|error| refused(&name, error))?;
        let context = ContextBuilder::new()
            .timeout(self.timeout)
            // A delivery that is given up keeps its places until its acknowledgements are overdue.
            .ack_timeout(self.timeout)
            .max_ack_inflight(2 * self.max_in_flight)
            .build(client);
        Ok(Connection { name: name.into(), context, timeout: self.timeout, last_error })
    }
}

impl Connection {
    /// Returns whether the connection stands, as far as the client knows.
    pub(crate) fn is_up(&self) -> bool {
        self.context.client().connection_state() == State::Connected
    }

    /// Publishes a message, and waits for its acknowledgement.
    pub(crate) async fn publish(
        &self,
        subject: &str,
        message: PublishMessage,
    ) -> Result<PublishAck, PublishError> {
        self.context.send_publish(subject.to_owned(), message).await?.await
    }

    /// Returns what to say of a request that was not answered in time.
    pub(crate) fn unanswered(&self, what: &str) -> Failure {
        let (name, seconds) = (&self.name, self.timeout.as_secs_f32());
        let why = match lock(&self.last_error).as_ref() {
            Some(error) => format!(" (the connection's last error: {error})"),
            None if self.is_up() => String::new(),
            None => " (the connection is broken)".to_owned(),
        };
        Failure::new(format!("{name} has not answered within {seconds} s: {what}{why}"))
    }

    /// Returns what to say of a code whose reason has nothing to do with the request.
    fn general(&self, code: Option<ErrorCode>) -> Option<Failure> {
        let name = &self.name;
        let text = match code? {
            ErrorCode::JETSTREAM_NOT_ENABLED => {
                format!("{name} has no JetStream; start the server with -js")
            }
            ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
                format!("{name}: JetStream is not enabled for the account; enable it on the server")
            }
            ErrorCode::CLUSTER_NOT_AVAILABLE
            | ErrorCode::CLUSTER_NOT_LEADER
            | ErrorCode::CLUSTER_NO_PEERS => {
                format!("{name}: JetStream's cluster has no leader now, or too few servers")
            }
            ErrorCode::INSUFFICIENT_RESOURCES
            | ErrorCode::STORAGE_RESOURCES_EXCEEDED
            | ErrorCode::MEMORY_RESOURCES_EXCEEDED
            | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED => format!(
                "{name}: JetStream's storage is used up; raise max_file_store or max_memory_store of the server, or the \
                 account's limit"
            ),
            _ => return None,
        };
        Some(Failure::new(text))
    }

    /// Returns what to say of a request that failed, perhaps with this code of JetStream's.
    pub(crate) fn failed(
        &self,
        what: &str,
        code: Option<ErrorCode>,
        error: impl Error + Send + Sync + 'static,
    ) -> Failure {
        let failure = match asked(&error) {
            Some(RequestErrorKind::TimedOut) => self.unanswered(what),
            Some(RequestErrorKind::NoResponders) => Failure::new(format!(
                "{} has no JetStream, or none for this account; start the server with -js",
                self.name
            )),
            _ => {
                let general = self.general(code.or_else(|| code_of(&error)));
                general.unwrap_or_else(|| Failure::new(format!("{}: {what}", self.name)))
            }
        };
        failure.with_source(error)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.name).finish_non_exhaustive()
    }
}

fn refused(name: &str, error: async_nats::ConnectError) -> Failure {
    let text = match error.kind() {
        _ if is_of_tls(&error) => {
            format!("{name}: no encrypted connection; check `tls` and the server's certificate")
        }
        ConnectErrorKind::AuthorizationViolation => {
            format!("{name} refuses the credentials, or wants some; check `credentials`")
        }
        ConnectErrorKind::Authentication => {
            format!("{name}: the credentials cannot sign what the server asks; check `credentials`")
        }
        ConnectErrorKind::Dns => format!("{name}: the host's address cannot be found"),
        _ => format!("{name} cannot be reached; is nats-server running there?"),
    };
    Failure::new(text).with_source(error)
}

/// Returns whether an encrypted connection could not be made.
fn is_of_tls(error: &async_nats::ConnectError) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    let inner = source.and_then(std::io::Error::get_ref);
    error.kind() == ConnectErrorKind::Tls
        || inner.is_some_and(<dyn Error + Send + Sync>::is::<async_nats::rustls::Error>)
}

/// Returns how a request to JetStream's API failed, if that is in the chain of an error.
fn asked(error: &(dyn Error + 'static)) -> Option<RequestErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<RequestError>() {
            return Some(error.kind());
        }
        next = error.source();
    }
    None
}

fn lock(text: &Mutex<Option<String>>) -> std::sync::MutexGuard<'_, Option<String>> {
    // A text is valid whatever panicked.
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
