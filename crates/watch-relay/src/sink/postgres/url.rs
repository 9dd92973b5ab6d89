//! URLs of PostgreSQL, with the parameters of libpq that tokio-postgres does not have.

use std::path::PathBuf;

use secrecy::SecretString;
use tokio_postgres::config::SslMode;

use crate::sink::SinkError;
use crate::sink::tls::Check;

/// `sslmode`, as libpq has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    /// Returns whether TLS is used, and what is checked. As with libpq, a CA that is named is checked with `require`.
    pub(super) fn settings(self, has_ca: bool) -> (SslMode, Option<Check>) {
        match self {
            Self::Disable => (SslMode::Disable, None),
            Self::Prefer => (SslMode::Prefer, Some(Check::Nothing)),
            Self::Require if !has_ca => (SslMode::Require, Some(Check::Nothing)),
            Self::Require | Self::VerifyCa => (SslMode::Require, Some(Check::Issuer)),
            Self::VerifyFull => (SslMode::Require, Some(Check::Full)),
        }
    }
}

/// A URL, and what tokio-postgres does not read in it.
pub(super) struct Url {
    pub(super) rest: SecretString,
    pub(super) mode: Mode,
    /// `sslrootcert`, `sslcert`, `sslkey`.
    pub(super) files: [Option<PathBuf>; 3],
}

impl Url {
    /// # Errors
    ///
    /// Fails if it is no URL of PostgreSQL. The message does not contain it.
    pub(super) fn parse(text: &str) -> Result<Self, SinkError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(SinkError::new(
                "the `url` of `postgres` does not begin with `postgres://`",
            ));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut url =
            Self { rest: SecretString::default(), mode: Mode::Prefer, files: [None, None, None] };
        let mut rest = form_urlencoded::Serializer::new(String::new());
        let mut is_empty = true;
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "sslmode" => url.mode = mode(&value)?,
                "sslrootcert" => url.files[0] = Some(PathBuf::from(&*value)),
                "sslcert" => url.files[1] = Some(PathBuf::from(&*value)),
                "sslkey" => url.files[2] = Some(PathBuf::from(&*value)),
                _ => {
                    rest.append_pair(&key, &value);
                    is_empty = false;
                }
            }
        }
        let mark = if is_empty { "" } else { "?" };
        // A space as `%20`, since tokio-postgres reads `+` as itself.
        let rest = rest.finish().replace('+', "%20");
        url.rest = format!("{base}{mark}{rest}").into();
        Ok(url)
    }
}

fn mode(text: &str) -> Result<Mode, SinkError> {
    Ok(match text {
        "disable" => Mode::Disable,
        "prefer" => Mode::Prefer,
        "require" => Mode::Require,
        "verify-ca" => Mode::VerifyCa,
        "verify-full" => Mode::VerifyFull,
        _ => {
            return Err(SinkError::new(format!(
                "`sslmode={text}` in the `url` of `postgres` is none of disable, prefer, require, verify-ca, verify-full"
            )));
        }
    })
}
