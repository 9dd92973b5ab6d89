//! The service below a client: sends requests, and renews credentials that expire, change or are rejected.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use kube_client::client::Body;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tower::{BoxError, Service};

use super::error::AccessError;
use super::limiter::Limiter;
use super::plugin;
use super::session::Session;
use super::settings::Settings;

/// How often files are read again at most, while the server accepts what they contained.
const FILES_INTERVAL: Duration = Duration::from_secs(1);

type Answer = Response<Either<Incoming, Full<Bytes>>>;

/// Sends requests with the current credentials. Clones share them.
#[derive(Clone)]
pub(super) struct Renewing(Arc<Shared>);

struct Shared {
    settings: Settings,
    /// Locked while a plugin runs: one at a time, and all requests wait for it.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    /// Why there is no session.
    failure: Option<AccessError>,
    files_read: Option<Instant>,
    limiter: Limiter,
}

impl Renewing {
    /// Reads all files. A plugin is not run before the first request, or [`prepare`](Self::prepare).
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or what it contains cannot be used.
    pub(super) fn new(settings: Settings) -> Result<Self, AccessError> {
        let mut state = State::default();
        if !settings.has_plugin() {
            let session = Session::without_provider(&settings, settings.sources.read()?, None)?;
            state.session = Some(Arc::new(session));
            state.files_read = Some(Instant::now());
        }
        Ok(Self(Arc::new(Shared { settings, state: Mutex::new(state) })))
    }

    /// Gets the credentials for the first request.
    ///
    /// # Errors
    ///
    /// If a plugin fails, or what it gives cannot be used.
    pub(super) async fn prepare(&self) -> Result<(), AccessError> {
        self.0.current().await.map(drop)
    }
}

impl Service<Request<Body>> for Renewing {
    type Response = Answer;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Answer, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        async move { shared.send(request).await }.boxed()
    }
}

impl Shared {
    async fn send(&self, request: Request<Body>) -> Result<Answer, BoxError> {
        let session = self.current().await?;
        let again = copy(&request);
        let answer = session.send(request).await;
        let is_rejected = match &answer {
            Ok(response) => response.status() == StatusCode::UNAUTHORIZED,
            // A certificate that is not accepted, in either direction.
            Err(error) => error.is::<AccessError>(),
        };
        if is_rejected
            && let Some(newer) = self.renew(&session, answer.is_ok()).await?
            && let Some(again) = again
        {
            return newer.send(again).await.map(|response| explained(response, &newer));
        }
        answer.map(|response| explained(response, &session))
    }

    /// Returns the session for a request. Makes it anew if it has expired or files have changed.
    async fn current(&self) -> Result<Arc<Session>, AccessError> {
        let mut state = self.state.lock().await;
        let Some(session) = state.session.clone() else {
            if let Some(failure) = state.failure.clone()
                && !state.limiter.permit()
            {
                return Err(failure);
            }
            return self.make(&mut state).await;
        };
        if session.has_expired() {
            if state.limiter.permit() {
                return self.make(&mut state).await;
            }
        } else if self.settings.sources.have_files()
            && state.files_read.is_none_or(|read| read.elapsed() >= FILES_INTERVAL)
            // While the server accepts the old ones, files that are being replaced may be incomplete.
            && let Ok(Some(newer)) = self.reread(&mut state, &session).await
        {
            return Ok(newer);
        }
        Ok(session)
    }

    /// Makes the session anew after it was rejected. Returns `None` if there is nothing newer.
    async fn renew(
        &self,
        rejected: &Arc<Session>,
        by_status: bool,
    ) -> Result<Option<Arc<Session>>, AccessError> {
        let mut state = self.state.lock().await;
        match &state.session {
            Some(session) if !Arc::ptr_eq(session, rejected) => return Ok(Some(session.clone())),
            _ => {}
        }
        if let Ok(Some(newer)) = self.reread(&mut state, rejected).await {
            return Ok(Some(newer));
        }
        let asks_plugin =
            self.settings.has_plugin() && (by_status || rejected.has_plugin_identity());
        if asks_plugin && state.limiter.permit() {
            return self.make(&mut state).await.map(Some);
        }
        // Until the plugin may run again, its failure is why the server rejects what there is.
        if asks_plugin && let Some(failure) = state.failure.clone() {
            return Err(failure);
        }
        Ok(None)
    }

    /// Makes a session if the files have changed.
    async fn reread(
        &self,
        state: &mut State,
        old: &Session,
    ) -> Result<Option<Arc<Session>>, AccessError> {
        state.files_read = Some(Instant::now());
        let materials = self.settings.sources.read()?;
        if materials == old.materials {
            return Ok(None);
        }
        let session = Session::new(&self.settings, materials, old.credential.clone()).await?;
        let session = Arc::new(session);
        state.session = Some(session.clone());
        Ok(Some(session))
    }

    /// Makes a session, with a new credential of the plugin. If that fails, one that there was stays.
    async fn make(&self, state: &mut State) -> Result<Arc<Session>, AccessError> {
        let made = async {
            let credential = match self.settings.plugin() {
                Some(exec) => Some(plugin::run(exec).await?),
                None => None,
            };
            Session::new(&self.settings, self.settings.sources.read()?, credential).await
        };
        match made.await {
            Ok(session) => {
                let session = Arc::new(session);
                state.session = Some(session.clone());
                state.failure = None;
                state.files_read = Some(Instant::now());
                Ok(session)
            }
            Err(failure) => {
                if state.session.is_none() && state.failure.is_none() {
                    // The next attempt comes after a delay.
                    state.limiter.permit();
                }
                state.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

/// Returns the request again, unless its body can be sent only once.
fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// Says in a 401 what is wrong with the client certificate, which the server does not.
fn explained(response: Response<Incoming>, session: &Session) -> Answer {
    let is_rejected = response.status() == StatusCode::UNAUTHORIZED;
    let Some(flaw) = is_rejected.then(|| session.flaw()).flatten() else {
        return response.map(Either::Left);
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 401,
        "reason": "Unauthorized", "message": format!("Unauthorized: {flaw}"),
    });
    let mut answer = Response::new(Either::Right(Full::from(status.to_string())));
    *answer.status_mut() = StatusCode::UNAUTHORIZED;
    let json = http::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
    answer
}
