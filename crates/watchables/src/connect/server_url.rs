//! The URL of the API server: its check, and the user and password in it.

use http::Uri;
use kube_client::Config;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::error::AccessError;

/// Checks the URL, which has no user and password.
///
/// # Errors
///
/// If its scheme or port is invalid, or it has no host.
pub(super) fn check(url: &Uri) -> Result<(), AccessError> {
    let host = url.host().unwrap_or_default();
    if host.is_empty() {
        return Err(AccessError::new("the URL of the API server has no host"));
    }
    if !matches!(url.scheme_str(), Some("http" | "https")) {
        return Err(AccessError::new(
            "the URL of the API server must begin with https:// or http://",
        ));
    }
    let authority = url.authority().map_or("", |authority| authority.as_str());
    let port = authority.strip_prefix(host).and_then(|rest| rest.strip_prefix(':'));
    if port.is_some_and(|port| !port.is_empty() && url.port_u16().is_none()) {
        return Err(AccessError::new("the port in the URL of the API server is invalid"));
    }
    Ok(())
}

/// Moves the user and the password of the URL to the credentials, unless there are others. As in Go, they are sent.
/// Nothing else may see them: URLs are in errors and logs.
///
/// # Errors
///
/// If the URL is invalid without them.
pub(super) fn take_user(config: &mut Config) -> Result<(), AccessError> {
    let authority = config.cluster_url.authority().map_or("", |authority| authority.as_str());
    let Some((user, host)) = authority.rsplit_once('@') else { return Ok(()) };
    let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let (name, password) = (decode(name), SecretString::from(decode(password)));
    let invalid = |_| AccessError::new("the URL of the API server is invalid");
    let mut parts = config.cluster_url.clone().into_parts();
    parts.authority = Some(host.parse().map_err(invalid)?);
    config.cluster_url = Uri::from_parts(parts)
        .map_err(|_| AccessError::new("the URL of the API server is invalid"))?;
    let given = &mut config.auth_info;
    let has_other = given.username.as_ref().is_some_and(|name| !name.is_empty())
        || given.token.is_some()
        || given.token_file.is_some()
        || given.exec.is_some()
        || given.auth_provider.is_some();
    if !has_other {
        given.username = Some(name);
        given.password = Some(password);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn port_must_be_valid() {
        for url in ["http://h", "https://h:", "http://h:65535/x", "https://[::1]:6443"] {
            assert!(check(&url.parse().unwrap()).is_ok(), "{url}");
        }
        for url in ["http://h:65536", "http://h:x", "https://[::1]:99999"] {
            let Ok(url) = url.parse() else { continue };
            assert!(check(&url).unwrap_err().to_string().contains("port"), "{url}");
        }
    }

    #[test]
    fn user_and_password_leave_the_url() {
        let mut config = Config::new("https://us%20er:SEC%40RET@h:6443/x".parse().unwrap());
        take_user(&mut config).unwrap();
        assert_eq!(config.cluster_url, "https://h:6443/x");
        assert_eq!(config.auth_info.username.as_deref(), Some("us er"));
        let password = config.auth_info.password.as_ref().unwrap();
        assert_eq!(password.expose_secret(), "SEC@RET");
        config.cluster_url = "https://other:SECRET@h".parse().unwrap();
        take_user(&mut config).unwrap();
        assert_eq!(config.auth_info.username.as_deref(), Some("us er"));
    }
}
