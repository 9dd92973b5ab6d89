//! One set of credentials and the connections made with it.

use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_timeout::TimeoutConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use kube_client::client::{Body, ConfigExt as _};
use kube_client::{Config, Error as ClientError, client::AuthError};
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Layer as _, ServiceExt as _};

use super::connector::Connector;
use super::credential::Credential;
use super::error::AccessError;
use super::materials::{Materials, basic, bearer};
use super::proxy::{Protocol, Proxy};
use super::settings::Settings;
use super::tls::Identity;

type Http = BoxCloneSyncService<Request<Body>, Response<Incoming>, BoxError>;

/// Sends requests with one set of credentials.
pub(super) struct Session {
    http: Http,
    identity: Identity,
    authorization: Option<HeaderValue>,
    proxy_authorization: Option<HeaderValue>,
    /// What was read to make it.
    pub(super) materials: Materials,
    /// What the exec plugin gave.
    pub(super) credential: Option<Credential>,
}

impl Session {
    /// Makes a session. No connection is opened.
    ///
    /// # Errors
    ///
    /// If a certificate, a key, a token or a setting cannot be used.
    pub(super) async fn new(
        settings: &Settings,
        materials: Materials,
        credential: Option<Credential>,
    ) -> Result<Self, AccessError> {
        let mut session = Self::without_provider(settings, materials, credential)?;
        if settings.config.auth_info.auth_provider.is_some() {
            session.http = with_provider(settings.config.clone(), session.http).await?;
        }
        Ok(session)
    }

    /// Same as [`new`](Self::new), for users without an `auth-provider`.
    ///
    /// # Errors
    ///
    /// Same as [`new`](Self::new).
    pub(super) fn without_provider(
        settings: &Settings,
        materials: Materials,
        credential: Option<Credential>,
    ) -> Result<Self, AccessError> {
        let identity = identity(settings, &materials, credential.as_ref())?;
        let user = &settings.config.auth_info;
        let authorization = match (&credential, basic(user)) {
            (_, Some(basic)) => Some(basic),
            (Some(Credential { token: Some(token), .. }), None) => {
                Some(bearer(token.expose_secret(), "the exec plugin")?)
            }
            _ => materials.authorization()?,
        };
        // Where the requests themselves go to a proxy.
        let proxy = settings.proxy.as_ref().filter(|proxy| {
            proxy.protocol == Protocol::Http
                && settings.config.cluster_url.scheme_str() != Some("https")
        });
        Ok(Self {
            http: http(settings, &identity)?,
            identity,
            authorization,
            proxy_authorization: proxy.and_then(Proxy::authorization),
            materials,
            credential,
        })
    }

    /// Sends a request. Errors name the certificate that is at fault, if one is.
    pub(super) async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, BoxError> {
        let headers = request.headers_mut();
        if let Some(value) = &self.authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        if let Some(value) = &self.proxy_authorization {
            headers.insert(PROXY_AUTHORIZATION, value.clone());
        }
        self.http.clone().oneshot(request).await.map_err(|error| self.identity.explain(error))
    }

    /// Returns whether the plugin's credential has expired.
    pub(super) fn has_expired(&self) -> bool {
        let expires = self.credential.as_ref().and_then(|credential| credential.expires);
        expires.is_some_and(|expires| expires <= Timestamp::now())
    }

    /// Returns whether the client certificate is the plugin's.
    pub(super) fn has_plugin_identity(&self) -> bool {
        self.credential.as_ref().is_some_and(|credential| credential.identity.is_some())
    }

    /// Returns why the server may have rejected the credentials, if it can be seen from here.
    pub(super) fn flaw(&self) -> Option<String> {
        self.identity.expired_client()
    }
}

pub(super) fn identity(
    settings: &Settings,
    materials: &Materials,
    credential: Option<&Credential>,
) -> Result<Identity, AccessError> {
    let sources = &settings.sources;
    let named = |source: &Option<super::materials::Source>, pem: &Option<Vec<u8>>| {
        source.as_ref().map(ToString::to_string).zip(pem.clone())
    };
    let certificate = named(&sources.certificate, &materials.certificate);
    let key = named(&sources.key, &materials.key);
    let client = match (credential.and_then(|given| given.identity.as_ref()), certificate, key) {
        (Some((certificate, key)), ..) => Some([
            (
                "the client certificate of the exec plugin".to_owned(),
                certificate.clone().into_bytes(),
            ),
            (
                "the client key of the exec plugin".to_owned(),
                key.expose_secret().as_bytes().to_vec(),
            ),
        ]),
        (None, Some(certificate), Some(key)) => Some([certificate, key]),
        (None, None, None) => None,
        (None, Some((name, _)), None) => {
            return Err(AccessError::new(format!("{name} has no client key beside it")));
        }
        (None, None, Some((name, _))) => {
            return Err(AccessError::new(format!("{name} has no client certificate beside it")));
        }
    };
    Ok(Identity { ca: named(&sources.ca, &materials.ca), client })
}

fn http(settings: &Settings, identity: &Identity) -> Result<Http, AccessError> {
    let config = &settings.config;
    let tls = identity.client_config(config)?;
    let connector = Connector::new(settings.proxy.clone(), tls.clone());
    let mut builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    if let Some(name) = config.tls_server_name.as_deref().filter(|name| !name.is_empty()) {
        let name = ServerName::try_from(name.to_owned())
            .map_err(|error| AccessError::caused("tls-server-name is not a host", error))?;
        builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
    }
    let mut connector = TimeoutConnector::new(builder.enable_http1().wrap_connector(connector));
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    connector.set_reset_reader_on_write(config.reset_reader_on_write);
    let client = hyper_util::client::legacy::Builder::new(TokioExecutor::new()).build(connector);
    Ok(BoxCloneSyncService::new(client.map_err(BoxError::from)))
}

/// Adds what an `auth-provider` gives, which kube-client knows. It may run a command, and so blocks.
async fn with_provider(config: Config, http: Http) -> Result<Http, AccessError> {
    let provider = config.auth_info.auth_provider.as_ref();
    let name = provider.map(|provider| provider.name.clone()).unwrap_or_default();
    let failed = |why: &str| AccessError::new(format!("the auth-provider {name:?} {why}"));
    // kube-client panics on them.
    let is_header = |value: &String| bearer(value, "").is_ok();
    if !provider.is_some_and(|provider| provider.config.values().all(is_header)) {
        return Err(failed("has characters in its settings that a header cannot hold"));
    }
    let layer = tokio::task::spawn_blocking(move || config.auth_layer())
        .await
        .map_err(|_| failed("failed"))?;
    match layer {
        Ok(Some(layer)) => Ok(BoxCloneSyncService::new(layer.layer(http).map_err(BoxError::from))),
        Ok(None) => Ok(http),
        // Its own text contains what the command printed.
        Err(ClientError::Auth(AuthError::AuthExecRun { out, .. })) => {
            Err(failed(&format!("failed with {}", out.status)))
        }
        Err(_) => Err(failed("gave no token; use an exec plugin instead")),
    }
}
