//! How a cluster is reached, step by step, for programs that explain it, such as `watchables doctor`.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tower::ServiceExt as _;

use super::connector::{Connector, Link};
use super::error::AccessError;
use super::materials::{Source, basic};
use super::pem;
use super::proxy::port_of;
use super::session::identity;
use super::settings::Settings;
use super::tls::Identity;
use crate::{ClientError, Config, KubeConfigOptions, Kubeconfig};

/// How much of a response is read to see what is spoken.
const MAX_RESPONSE: u64 = 4_096;

/// What a client of [`connect_with`](crate::connect_with) or [`connect_to`](crate::connect_to) would do. It
/// contains secrets, and shows none.
pub struct Access(Settings);

impl Access {
    /// Finds out how the cluster of a kubeconfig is reached. No plugin is run.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid.
    pub async fn from_kubeconfig(
        kubeconfig: Kubeconfig,
        options: &KubeConfigOptions,
    ) -> Result<Self, ClientError> {
        super::from_kubeconfig(kubeconfig, options, false).await.map(Self)
    }

    /// Finds out how the cluster of a configuration is reached.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid.
    pub fn from_config(config: Config) -> Result<Self, ClientError> {
        Ok(Self(Settings::from_config(config)?))
    }

    /// Returns the URL of the API server, without a user and a password.
    pub fn server(&self) -> &Uri {
        &self.0.config.cluster_url
    }

    /// Returns the host and the port to which a connection is opened: of the proxy, if there is one.
    pub fn first_hop(&self) -> (&str, u16) {
        let uri = self.0.proxy.as_ref().map_or(self.server(), |proxy| &proxy.address);
        (uri.host().unwrap_or_default().trim_matches(['[', ']']), port_of(uri))
    }

    /// Returns the address of the proxy, without a user and a password, and where it is set.
    pub fn proxy(&self) -> Option<(String, &str)> {
        self.0.proxy.as_ref().map(|proxy| (proxy.to_string(), proxy.origin.as_str()))
    }

    /// Returns whether any certificate of the server is accepted.
    pub fn accepts_any_certificate(&self) -> bool {
        self.0.config.accept_invalid_certs
    }

    /// Returns what says which certificates of the server are accepted, if it is not the system.
    pub fn certificate_authority(&self) -> Option<String> {
        self.0.sources.ca.as_ref().map(ToString::to_string)
    }

    /// Returns what the user is known by. Empty, if by nothing.
    pub fn credentials(&self) -> Vec<CredentialKind> {
        let (user, sources) = (&self.0.config.auth_info, &self.0.sources);
        let mut kinds = Vec::new();
        if let Some(certificate) = &sources.certificate {
            kinds.push(CredentialKind::ClientCertificate(certificate.to_string()));
        }
        if user.auth_provider.is_some() {
            kinds.push(CredentialKind::AuthProvider);
        } else if basic(user).is_some() {
            kinds.push(CredentialKind::Password);
        } else if let Some(path) = sources.token_file() {
            kinds.push(CredentialKind::TokenFile(path.clone()));
        } else if sources.have_token() {
            kinds.push(CredentialKind::Token);
        } else if let Some(exec) = self.0.plugin() {
            kinds.push(CredentialKind::ExecPlugin(exec.command.clone().unwrap_or_default()));
        }
        kinds
    }

    /// Returns the client certificates of the configuration in DER, the user's own first.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn client_certificates(&self) -> Result<Vec<Vec<u8>>, ClientError> {
        let pem = self.0.sources.certificate.as_ref().map(Source::read).transpose()?;
        let found = pem.map(|pem| pem::certificates(&pem)).unwrap_or_default();
        Ok(found.into_iter().map(|der| der.to_vec()).collect())
    }

    /// Opens a connection to the server, through the proxy if there is one.
    ///
    /// # Errors
    ///
    /// If the server or the proxy cannot be reached, or the proxy refuses.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn open(&self) -> Result<OpenConnection, ClientError> {
        let tls = self.identity()?.client_config(&self.0.config)?;
        let connector = Connector::new(self.0.proxy.clone(), tls);
        Ok(OpenConnection(connector.oneshot(self.server().clone()).await?))
    }

    /// Does the TLS handshake on a connection, with the client certificate if the configuration has one. A server
    /// that rejects that may say so only in its answer to the first request.
    ///
    /// # Errors
    ///
    /// If the handshake fails, or a certificate or key cannot be used. Errors name the certificate at fault.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn handshake(&self, connection: OpenConnection) -> Result<Handshake, ClientError> {
        self.handshake_as(&self.identity()?, connection, &self.0.config).await
    }

    /// Does the TLS handshake on a connection, trusting any server and without a client certificate: to see the
    /// certificate of a server that [`handshake`](Self::handshake) does not accept.
    ///
    /// # Errors
    ///
    /// If the handshake fails.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn look(&self, connection: OpenConnection) -> Result<Handshake, ClientError> {
        let mut config = Config::new(self.server().clone());
        config.accept_invalid_certs = true;
        config.tls_server_name.clone_from(&self.0.config.tls_server_name);
        self.handshake_as(&Identity::default(), connection, &config).await
    }

    /// Finds out what is spoken at the other end of a connection: sends a request in plain HTTP, without credentials, and
    /// looks at what comes back. `None` if that is neither.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn spoken(&self, connection: OpenConnection) -> io::Result<Option<Spoken>> {
        let mut stream = TokioIo::new(connection.0);
        let host = self.server().authority().map_or("", |authority| authority.as_str());
        let request = format!("GET /version HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut response = Vec::new();
        stream.take(MAX_RESPONSE).read_to_end(&mut response).await?;
        Ok(Spoken::of(&response))
    }

    fn identity(&self) -> Result<Identity, AccessError> {
        identity(&self.0, &self.0.sources.read()?, None)
    }

    async fn handshake_as(
        &self,
        identity: &Identity,
        connection: OpenConnection,
        config: &Config,
    ) -> Result<Handshake, ClientError> {
        let tls = identity.client_config(config)?;
        let host = self.server().host().unwrap_or_default().trim_matches(['[', ']']);
        let name = config.tls_server_name.as_deref().filter(|name| !name.is_empty());
        let host = name.unwrap_or(host).to_owned();
        let name = ServerName::try_from(host)
            .map_err(|error| AccessError::caused("the server's name cannot be checked", error))?;
        let stream = TokioIo::new(connection.0);
        let stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await;
        let stream = stream
            .map_err(|error| AccessError::caused("TLS", identity.explain(Box::new(error))))?;
        let (_, session) = stream.get_ref();
        let version = session.protocol_version().and_then(|version| version.as_str());
        let chain = session.peer_certificates().unwrap_or_default();
        Ok(Handshake {
            version: version.unwrap_or_default().replace("TLSv1_", "TLS 1."),
            certificates: chain.iter().map(|der| der.to_vec()).collect(),
        })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(self.server()).finish_non_exhaustive()
    }
}

/// What a user is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// A client certificate, and where it comes from.
    ClientCertificate(String),
    /// A token in the kubeconfig.
    Token,
    /// The path of a file with a token.
    TokenFile(PathBuf),
    /// User and password.
    Password,
    /// The command of an exec plugin.
    ExecPlugin(String),
    /// An `auth-provider`, which preceded exec plugins.
    AuthProvider,
}

/// A connection, still without TLS of the server's.
pub struct OpenConnection(Link);

impl fmt::Debug for OpenConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenConnection").finish_non_exhaustive()
    }
}

/// What a TLS handshake has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The version of the protocol, such as `TLS 1.3`.
    pub version: String,
    /// The certificates of the server in DER, its own first.
    pub certificates: Vec<Vec<u8>>,
}

/// What is spoken at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spoken {
    /// HTTP without TLS.
    Http,
    /// TLS.
    Tls,
}

impl Spoken {
    /// Looks at what came back for a request in plain HTTP.
    fn of(response: &[u8]) -> Option<Self> {
        // An alert, in any version.
        if response.starts_with(&[0x15, 0x03]) {
            return Some(Self::Tls);
        }
        let text = String::from_utf8_lossy(response);
        let code = text.strip_prefix("HTTP/1.")?.get(2..5)?;
        // Go says "to an HTTPS server", nginx "to HTTPS port".
        let says_so = ["HTTPS server", "HTTPS port"].iter().any(|words| text.contains(words));
        Some(if code == "400" && says_so { Self::Tls } else { Self::Http })
    }
}

#[cfg(test)]
mod tests {
    use super::Spoken;

    #[test]
    fn what_is_spoken_is_seen_from_the_response() {
        for (response, spoken) in [
            (&b"\x15\x03\x03\x00\x02\x02\x32"[..], Some(Spoken::Tls)),
            (
                b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
                Some(Spoken::Tls),
            ),
            (
                b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port",
                Some(Spoken::Tls),
            ),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", Some(Spoken::Http)),
            (b"HTTP/1.1 200 OK\r\n\r\n{}", Some(Spoken::Http)),
            (b"HTTP/1.1", None),
            (b"SSH-2.0-OpenSSH_9.2\r\n", None),
            (b"", None),
        ] {
            assert_eq!(Spoken::of(response), spoken, "{:?}", String::from_utf8_lossy(response));
        }
    }
}
