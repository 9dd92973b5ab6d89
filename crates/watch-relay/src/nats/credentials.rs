//! Who the relay is for a server, and how the connection is encrypted.

use std::path::{Path, PathBuf};

use async_nats::ConnectOptions;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::nats::failure::Failure;

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

/// Adds credentials.
pub(super) async fn authenticate(
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

/// Adds what encryption needs.
pub(super) async fn encrypt(
    mut options: ConnectOptions,
    tls: &NatsTls,
) -> Result<ConnectOptions, Failure> {
    check_readable(tls).await?;
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

/// Names a file that cannot be read: the client only says that one of them cannot.
async fn check_readable(tls: &NatsTls) -> Result<(), Failure> {
    let files =
        [("caFile", &tls.ca_file), ("certFile", &tls.cert_file), ("keyFile", &tls.key_file)];
    for (field, file) in files {
        let Some(file) = file else { continue };
        tokio::fs::File::open(file).await.map_err(|error| {
            let file = file.display();
            Failure::new(format!("`{field}` cannot be read: {file}")).with_source(error)
        })?;
    }
    Ok(())
}
