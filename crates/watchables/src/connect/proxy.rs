//! The proxy of a cluster: by `proxy-url` of the kubeconfig, else by the environment.

use std::env;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::AccessError;
use super::no_proxy::uses_proxy;

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP, over TLS if the proxy's own address is `https://`.
    Http,
    Socks5,
}

/// A proxy. Its text and `Debug` output are its address, without user and password.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) protocol: Protocol,
    pub(super) address: Uri,
    /// Where it is set.
    pub(super) origin: String,
    user: Option<(String, SecretString)>,
}

impl Proxy {
    /// Reads `proxy-url` of a kubeconfig. `NO_PROXY` has no effect on it.
    ///
    /// # Errors
    ///
    /// If it is no URL, or its scheme is not one of `http`, `https`, `socks5` and `socks5h`.
    pub(super) fn parse(url: &str, origin: &str) -> Result<Self, AccessError> {
        // The URL itself stays out of errors: it may contain a password.
        let invalid = |why| AccessError::new(format!("{origin} is not the URL of a proxy: {why}"));
        let (scheme, rest) = url.trim().split_once("://").ok_or_else(|| invalid("no scheme"))?;
        let scheme = scheme.to_ascii_lowercase();
        let (protocol, default_port) = match scheme.as_str() {
            "http" => (Protocol::Http, 80),
            "https" => (Protocol::Http, 443),
            "socks5" | "socks5h" => (Protocol::Socks5, 1080),
            _ => return Err(invalid("its scheme must be http, https, socks5 or socks5h")),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let host: http::uri::Authority =
            host.parse().map_err(|_| invalid("its host or port is invalid"))?;
        let port = match host.port_u16() {
            Some(port) => port,
            None if host.as_str() == host.host() => default_port,
            None => return Err(invalid("its host or port is invalid")),
        };
        let address = Uri::builder()
            .scheme(scheme.as_str())
            .authority(format!("{}:{port}", host.host()))
            .path_and_query("/")
            .build()
            .map_err(|_| invalid("its host or port is invalid"))?;
        let user = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            (decode(name), SecretString::from(decode(password)))
        });
        Ok(Self { protocol, address, origin: origin.to_owned(), user })
    }

    /// Returns the proxy that the environment selects for a server, as Go's `httpproxy` does.
    ///
    /// # Errors
    ///
    /// If the variable that applies is not the URL of a proxy.
    pub(super) fn from_env(server: &Uri) -> Result<Option<Self>, AccessError> {
        Self::from_variables(server, |name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from_variables(
        server: &Uri,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, AccessError> {
        let names = match server.scheme_str() {
            Some("https") => ["HTTPS_PROXY", "https_proxy"],
            _ => ["HTTP_PROXY", "http_proxy"],
        };
        let Some((name, url)) = names.iter().find_map(|name| Some((name, variable(name)?))) else {
            return Ok(None);
        };
        let no_proxy = variable("NO_PROXY").or_else(|| variable("no_proxy")).unwrap_or_default();
        let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
        if !uses_proxy(&no_proxy, host, port_of(server)) {
            return Ok(None);
        }
        // Without a scheme it is an HTTP proxy.
        let url = if url.contains("://") { url } else { format!("http://{url}") };
        Self::parse(&url, name).map(Some)
    }

    /// Returns the value of `Proxy-Authorization`.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let (name, password) = self.user.as_ref()?;
        let encoded = STANDARD.encode(format!("{name}:{}", password.expose_secret()));
        let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns user and password.
    pub(super) fn user(&self) -> Option<(&str, &str)> {
        self.user.as_ref().map(|(name, password)| (name.as_str(), password.expose_secret()))
    }
}

/// Returns the port of a server, by its scheme if the URL has none.
pub(super) fn port_of(uri: &Uri) -> u16 {
    let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    uri.port_u16().unwrap_or(default_port)
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.address.scheme_str().unwrap_or_default();
        let authority = self.address.authority().map_or("", |authority| authority.as_str());
        write!(f, "{scheme}://{authority}")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(server: &str, variables: &[(&str, &str)]) -> Option<String> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned()).filter(|value| !value.is_empty())
        };
        let proxy = Proxy::from_variables(&server.parse().unwrap(), lookup).unwrap();
        proxy.map(|proxy| proxy.to_string())
    }

    #[test]
    fn variable_depends_on_the_scheme_of_the_server() {
        let both = [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "h:2")];
        assert_eq!(chosen("https://kube.test", &both).as_deref(), Some("http://s:1"));
        assert_eq!(chosen("http://kube.test", &both).as_deref(), Some("http://h:2"));
        assert_eq!(chosen("http://kube.test", &both[..1]), None);
    }

    #[test]
    fn empty_variables_count_as_absent() {
        let lower = [("HTTPS_PROXY", ""), ("https_proxy", "proxy:3128"), ("NO_PROXY", "")];
        assert_eq!(chosen("https://kube.test", &lower).as_deref(), Some("http://proxy:3128"));
        let listed = [("https_proxy", "proxy:3128"), ("NO_PROXY", ""), ("no_proxy", "kube.test")];
        assert_eq!(chosen("https://kube.test", &listed), None);
    }

    #[test]
    fn list_is_compared_with_the_server_and_not_with_the_proxy() {
        let proxy = ("HTTPS_PROXY", "http://10.0.0.1:3128");
        let listed = [proxy, ("NO_PROXY", "10.0.0.1")];
        assert!(chosen("https://kube.test", &listed).is_some());
        assert_eq!(chosen("https://[::1]:6443", &[proxy]), None);
        assert_eq!(chosen("https://kube.test", &[proxy, ("NO_PROXY", "kube.test:443")]), None);
    }

    #[test]
    fn user_and_password_are_decoded_and_never_shown() {
        let proxy = Proxy::parse("http://user:SECRET%401@proxy.test", "proxy-url").unwrap();
        assert_eq!(proxy.user(), Some(("user", "SECRET@1")));
        assert_eq!(format!("{proxy} {proxy:?}"), "http://proxy.test:80 http://proxy.test:80");
        assert_eq!(proxy.authorization().unwrap(), "Basic dXNlcjpTRUNSRVRAMQ==");
        for url in ["ftp://u:SECRET@h", "u:SECRET@h", "http://u:SECRET@", "http://u:SECRET@h:x"] {
            let error = Proxy::parse(url, "proxy-url").unwrap_err();
            assert!(error.to_string().starts_with("proxy-url is not"), "{error}");
            assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
        }
    }
}
