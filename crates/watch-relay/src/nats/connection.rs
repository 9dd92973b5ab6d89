//! Connections to NATS servers.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::{ContextBuilder, RequestError, RequestErrorKind};
use async_nats::jetstream::{Context, ErrorCode};
use async_nats::{ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::nats::failure::{Failure, code_of};

/// The addresses of servers. The first may have credentials in it, `nats://USER:PASSWORD@HOST:4222` or
/// `nats://TOKEN@HOST:4222`, which are not shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct NatsUrl(String);

/// Who the relay is for NATS: user and password, or a token, or a credentials file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NatsCredentials {
    /// The user's name; with a password.
    pub user: Option<String>,
    /// The password. Better in a file.
    pub password: Option<SecretString>,
    /// The file that has the password; a newline at its end is no part of it.
    pub password_file: Option<PathBuf>,
    /// The token. Better in a file.
    pub token: Option<SecretString>,
    /// The file that has the token; a newline at its end is no part of it.
    pub token_file: Option<PathBuf>,
    /// The credentials file of decentralized authentication, as `nsc` writes it: a JWT and an nkey.
    pub file: Option<PathBuf>,
}

/// How a NATS server is known, and the relay to it, if the connection is encrypted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NatsTls {
    /// Whether a server that does not encrypt is refused. It always is if the URL begins with `tls://`.
    #[serde(default)]
    pub required: bool,
    /// The file of the authorities that are trusted, as PEM, in the place of the system's.
    pub ca_file: Option<PathBuf>,
    /// The file of the client's certificate, as PEM; with a key.
    pub cert_file: Option<PathBuf>,
    /// The file of the certificate's private key, as PEM.
    pub key_file: Option<PathBuf>,
}

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
        let (addresses, name) = self.addresses()?;
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
        if let Some(credentials) = &self.credentials {
            options = authenticate(options, credentials).await?;
        } else if let Some(user) = addresses.first().and_then(ServerAddr::username) {
            // The client leaves what stands in the address alone. A user without a password is a token.
            options = match addresses[0].password() {
                Some(password) => options.user_and_password(decoded(user), decoded(password)),
                None => options.token(decoded(user)),
            };
        }
        if let Some(tls) = &self.tls {
            options = encrypt(options, tls)?;
        }
        let client = options.connect(addresses).await.map_err(|error| refused(&name, error))?;
        let context = ContextBuilder::new()
            .timeout(self.timeout)
            .max_ack_inflight(self.max_in_flight)
            .build(client);
        Ok(Connection { name: name.into(), context, timeout: self.timeout, last_error })
    }

    /// Returns the addresses, without credentials, for people.
    pub(crate) fn name(&self) -> Result<String, Failure> {
        self.addresses().map(|(_, name)| name)
    }

    fn addresses(&self) -> Result<(Vec<ServerAddr>, String), Failure> {
        let mut addresses = Vec::new();
        let mut names = Vec::new();
        for url in self.url.0.split(',') {
            let url = url.trim();
            let wrong = || {
                let url = without_credentials(url);
                let hint = "write it as nats://HOST:4222, several with commas between them";
                Failure::new(format!("`url` is no address of a NATS server: {url:?}; {hint}"))
            };
            let address: ServerAddr = url.parse().map_err(|error| wrong().with_source(error))?;
            if address.host().is_empty() {
                return Err(wrong());
            }
            names.push(format!("{}://{}:{}", address.scheme(), address.host(), address.port()));
            addresses.push(address);
        }
        Ok((addresses, names.join(",")))
    }
}

impl Connection {
    /// Returns whether the connection stands, as far as the client knows.
    pub(crate) fn is_up(&self) -> bool {
        self.context.client().connection_state() == State::Connected
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

impl<T: Into<String>> From<T> for NatsUrl {
    fn from(url: T) -> Self {
        Self(url.into())
    }
}

impl fmt::Debug for NatsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.split(',').map(without_credentials)).finish()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.name).finish_non_exhaustive()
    }
}

async fn authenticate(
    options: ConnectOptions,
    credentials: &NatsCredentials,
) -> Result<ConnectOptions, Failure> {
    let NatsCredentials { user, password, password_file, token, token_file, file } = credentials;
    let password = secret("password", password.as_ref(), password_file.as_deref()).await?;
    let token = secret("token", token.as_ref(), token_file.as_deref()).await?;
    match (user, password, token, file) {
        (Some(user), Some(password), None, None) => {
            Ok(options.user_and_password(user.clone(), password.expose_secret().to_owned()))
        }
        (None, None, Some(token), None) => Ok(options.token(token.expose_secret().to_owned())),
        (None, None, None, Some(file)) => {
            options.credentials_file(file).await.map_err(|error| {
                // Its source may show what is in the file.
                let kind = error.kind();
                let file = file.display();
                Failure::new(format!("{file} cannot be read as a NATS credentials file: {kind}"))
            })
        }
        _ => Err(Failure::new(
            "`credentials` must have `user` with `password` or `passwordFile`, or only `token` or `tokenFile`, or only \
             `file`",
        )),
    }
}

async fn secret(
    name: &str,
    text: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>, Failure> {
    match (text, file) {
        (Some(_), Some(_)) => Err(Failure::new(format!(
            "`credentials` has both `{name}` and `{name}File`; leave one of them out"
        ))),
        (text, None) => Ok(text.cloned()),
        (None, Some(file)) => {
            let text = tokio::fs::read_to_string(file).await.map_err(|error| {
                let file = file.display();
                Failure::new(format!("`{name}File` cannot be read: {file}")).with_source(error)
            })?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).into()))
        }
    }
}

fn encrypt(mut options: ConnectOptions, tls: &NatsTls) -> Result<ConnectOptions, Failure> {
    options = options.require_tls(tls.required || tls.ca_file.is_some());
    if let Some(file) = &tls.ca_file {
        options = options.add_root_certificates(file.clone());
    }
    match (&tls.cert_file, &tls.key_file) {
        (Some(cert), Some(key)) => Ok(options.add_client_certificate(cert.clone(), key.clone())),
        (None, None) => Ok(options),
        _ => Err(Failure::new("`tls` must have both `certFile` and `keyFile`, or none of them")),
    }
}

fn refused(name: &str, error: async_nats::ConnectError) -> Failure {
    let text = match error.kind() {
        ConnectErrorKind::AuthorizationViolation => {
            format!("{name} refuses the credentials, or wants some; check `credentials`")
        }
        ConnectErrorKind::Authentication => {
            format!("{name}: the credentials cannot sign what the server asks; check `credentials`")
        }
        ConnectErrorKind::Tls => {
            format!("{name}: no encrypted connection; check `tls` and the server's certificate")
        }
        ConnectErrorKind::Dns => format!("{name}: the host's address cannot be found"),
        _ => format!("{name} cannot be reached; is nats-server running there?"),
    };
    Failure::new(text).with_source(error)
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

/// What stands before an @ may be a password.
fn without_credentials(url: &str) -> &str {
    url.rsplit('@').next().unwrap_or_default()
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}

fn lock(text: &Mutex<Option<String>>) -> std::sync::MutexGuard<'_, Option<String>> {
    // A text is valid whatever panicked.
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
