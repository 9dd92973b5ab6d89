//! What a kubeconfig refers to or contains: CA bundle, client certificate, key and token. Files are read again.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use kube_client::config::{AuthInfo, Cluster};
use secrecy::{ExposeSecret, SecretString};

use super::error::AccessError;

/// Where PEM comes from. Its text is how errors name it.
#[derive(Clone)]
pub(super) enum Source {
    /// What it is, and its path.
    File(&'static str, PathBuf),
    /// The name of the field, and its decoded value.
    Inline(&'static str, Vec<u8>),
}

impl Source {
    fn new(
        (field, data): (&'static str, Option<&str>),
        (what, file): (&'static str, Option<&str>),
    ) -> Result<Option<Self>, AccessError> {
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            let compact = without_white_space(data);
            // The decoder's own error tells a part of the data.
            let pem = STANDARD.decode(compact).map_err(|_| {
                AccessError::new(format!("{field} of the kubeconfig is not valid base64"))
            })?;
            return Ok(Some(Self::Inline(field, pem)));
        }
        Ok(file.filter(|file| !file.is_empty()).map(|file| Self::File(what, file.into())))
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, AccessError> {
        match self {
            Self::Inline(_, pem) => Ok(pem.clone()),
            Self::File(_, path) => fs::read(path)
                .map_err(|error| AccessError::caused(format!("{self} cannot be read"), error)),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(what, path) => write!(f, "the {what} {}", path.display()),
            Self::Inline(field, _) => write!(f, "{field} of the kubeconfig"),
        }
    }
}

/// Where everything comes from.
#[derive(Clone, Default)]
pub(super) struct Sources {
    pub(super) ca: Option<Source>,
    pub(super) certificate: Option<Source>,
    pub(super) key: Option<Source>,
    token: Option<SecretString>,
    token_file: Option<PathBuf>,
}

/// The contents, as of one moment. It has no `Debug`, as it contains secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Materials {
    pub(super) ca: Option<Vec<u8>>,
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) key: Option<Vec<u8>>,
    token: Option<String>,
}

impl Sources {
    /// Finds out where the credentials of a user come from.
    ///
    /// # Errors
    ///
    /// If inline data is not base64.
    pub(super) fn of_user(user: &AuthInfo) -> Result<Self, AccessError> {
        let key_data = user.client_key_data.as_ref().map(ExposeSecret::expose_secret);
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let has_other = user.auth_provider.is_some() || basic(user).is_some();
        Ok(Self {
            ca: None,
            certificate: Source::new(
                ("client-certificate-data", user.client_certificate_data.as_deref()),
                ("client certificate", user.client_certificate.as_deref()),
            )?,
            key: Source::new(
                ("client-key-data", key_data),
                ("client key", user.client_key.as_deref()),
            )?,
            token: user.token.clone().filter(|token| !has_other && is_given(token)),
            token_file: given(&user.token_file).filter(|_| !has_other).map(PathBuf::from),
        })
    }

    /// Finds out where the CA bundle of a cluster comes from.
    ///
    /// # Errors
    ///
    /// If inline data is not base64.
    pub(super) fn ca_of(cluster: &Cluster) -> Result<Option<Source>, AccessError> {
        Source::new(
            ("certificate-authority-data", cluster.certificate_authority_data.as_deref()),
            ("CA file", cluster.certificate_authority.as_deref()),
        )
    }

    /// Returns whether there is a token, so that no plugin is needed.
    pub(super) fn have_token(&self) -> bool {
        self.token.is_some() || self.token_file.is_some()
    }

    /// Returns the path of the token file, if the user is known by one.
    pub(super) fn token_file(&self) -> Option<&PathBuf> {
        self.token_file.as_ref()
    }

    /// Returns whether anything may change on disk.
    pub(super) fn have_files(&self) -> bool {
        let mut sources = [&self.ca, &self.certificate, &self.key].into_iter().flatten();
        self.token_file.is_some() || sources.any(|source| matches!(source, Source::File(..)))
    }

    /// Reads all files.
    ///
    /// # Errors
    ///
    /// If a file cannot be read. Errors name it.
    pub(super) fn read(&self) -> Result<Materials, AccessError> {
        let read = |source: &Option<Source>| source.as_ref().map(Source::read).transpose();
        Ok(Materials {
            ca: read(&self.ca)?,
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            token: self.token()?,
        })
    }

    /// As in client-go, the file precedes the inline token, which serves while the file cannot be read.
    fn token(&self) -> Result<Option<String>, AccessError> {
        let inline = self.token.as_ref().map(|token| token.expose_secret().trim().to_owned());
        let Some(path) = &self.token_file else { return Ok(inline) };
        let failed = match fs::read_to_string(path) {
            Ok(token) if !token.trim().is_empty() => return Ok(Some(token.trim().to_owned())),
            Ok(_) => AccessError::new(format!("the token file {} is empty", path.display())),
            Err(error) => AccessError::caused(
                format!("the token file {} cannot be read", path.display()),
                error,
            ),
        };
        inline.map(Some).ok_or(failed)
    }
}

impl Materials {
    /// Returns the value of `Authorization` for the token.
    ///
    /// # Errors
    ///
    /// If it contains characters that no header can hold.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, AccessError> {
        self.token.as_deref().map(|token| bearer(token, "the kubeconfig")).transpose()
    }
}

/// Returns the value of `Authorization` for a token, without the white space around it.
///
/// # Errors
///
/// If it contains characters that no header can hold. The error names only where it came from.
pub(super) fn bearer(token: &str, origin: &str) -> Result<HeaderValue, AccessError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| {
        AccessError::new(format!("the token of {origin} has characters that a header cannot hold"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Returns the value of `Authorization` for user and password, if the user has a name. As in client-go, the password
/// may be empty or absent.
pub(super) fn basic(user: &AuthInfo) -> Option<HeaderValue> {
    let name = user.username.as_ref().filter(|name| !name.is_empty())?;
    let password = user.password.as_ref().map_or("", |password| password.expose_secret());
    let encoded = STANDARD.encode(format!("{name}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Returns base64 without its line breaks.
pub(super) fn without_white_space(base64: &str) -> String {
    base64.split_ascii_whitespace().collect()
}

fn is_given(token: &SecretString) -> bool {
    !token.expose_secret().trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(user: &AuthInfo) -> Result<Option<HeaderValue>, AccessError> {
        Sources::of_user(user)?.read()?.authorization()
    }

    #[test]
    fn white_space_around_tokens_is_trimmed() {
        let token = Some(SecretString::from(" inline\r\n"));
        let inline = AuthInfo { token, ..Default::default() };
        assert_eq!(header(&inline).unwrap().unwrap(), "Bearer inline");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "\tfrom-file \n").unwrap();
        let token_file = Some(file.path().display().to_string());
        let both = AuthInfo { token_file, ..inline };
        assert_eq!(header(&both).unwrap().unwrap(), "Bearer from-file");
        drop(file);
        assert_eq!(header(&both).unwrap().unwrap(), "Bearer inline");
    }

    #[test]
    fn control_characters_are_an_error_that_shows_no_token() {
        let token = Some(SecretString::from("SEC\u{7}RET\nSECRET"));
        let error = header(&AuthInfo { token, ..Default::default() }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the token of the kubeconfig has characters that a header cannot hold"
        );
        assert!(!format!("{error:?}").contains("SEC"));
        let client_key_data = Some(SecretString::from("SECRET?"));
        let user = AuthInfo { client_key_data, ..Default::default() };
        let error = Sources::of_user(&user).map(drop).unwrap_err();
        assert_eq!(format!("{error}"), "client-key-data of the kubeconfig is not valid base64");
    }

    #[test]
    fn empty_fields_count_as_absent() {
        let empty = || Some(String::new());
        let token = Some(SecretString::from(""));
        let user = AuthInfo {
            token,
            token_file: empty(),
            client_certificate: empty(),
            ..Default::default()
        };
        let sources = Sources::of_user(&user).unwrap();
        assert!(!sources.have_token() && !sources.have_files() && sources.certificate.is_none());
    }
}
