//! A discovery server with scripted answers.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use kube_client::Client;
use kube_client::client::Body;
use serde_json::{Value, json};
use tower::service_fn;

use crate::discovery::Discovery;

const HTML: &str = "<!DOCTYPE html>\n<html><title>Sign in</title>";

/// A response. Status 0 means that there is none.
#[derive(Clone)]
pub(super) struct Answer(
    pub(super) u16,
    pub(super) Vec<(&'static str, &'static str)>,
    pub(super) String,
);

pub(super) fn ok(body: &Value) -> Answer {
    Answer(200, vec![("content-type", "application/json")], body.to_string())
}

pub(super) fn status(code: u16, message: &str) -> Answer {
    let body = json!({"kind": "Status", "status": "Failure", "message": message, "code": code});
    Answer(code, vec![("content-type", "application/json")], body.to_string())
}

pub(super) fn html(code: u16) -> Answer {
    Answer(code, vec![("content-type", "text/html; charset=utf-8")], HTML.to_owned())
}

pub(super) fn hang() -> Answer {
    Answer(0, Vec::new(), String::new())
}

/// A server of `pods` and `deployments`, group by group, with another group `x.example.com` in between. The
/// nth request of a path gets its nth answer, and the last one repeats.
pub(super) struct Server {
    answers: HashMap<&'static str, Vec<Answer>>,
    requests: Mutex<Vec<String>>,
    /// Whether it accepts no other content type than plain JSON.
    is_strict: bool,
}

impl Server {
    pub(super) fn new(answers: impl IntoIterator<Item = (&'static str, Vec<Answer>)>) -> Arc<Self> {
        let list = |name: &str, kind: &str| {
            let resource =
                json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["watch"]});
            vec![ok(&json!({"kind": "APIResourceList", "resources": [resource]}))]
        };
        let group = |name: &str| json!({"name": name, "versions": [{"version": "v1"}]});
        let groups = json!({"groups": [group("x.example.com"), group("apps")]});
        let mut all = HashMap::from([
            ("/api", vec![ok(&json!({"versions": ["v1"]}))]),
            ("/api/v1", list("pods", "Pod")),
            ("/apis", vec![ok(&groups)]),
            ("/apis/x.example.com/v1", list("foos", "Foo")),
            ("/apis/apps/v1", list("deployments", "Deployment")),
        ]);
        all.extend(answers);
        Arc::new(Self { answers: all, requests: Mutex::default(), is_strict: false })
    }

    /// Makes the server reject what does not accept plain JSON only.
    pub(super) fn strict(server: Arc<Self>) -> Arc<Self> {
        let server = Arc::into_inner(server).expect("it is not in use yet");
        Arc::new(Self { is_strict: true, ..server })
    }

    pub(super) fn discovery(self: &Arc<Self>) -> Discovery {
        let server = Arc::clone(self);
        let respond = move |request: Request<Body>| {
            assert_eq!(request.headers()["accept-encoding"], "identity");
            let is_plain = request.headers()["accept"] == "application/json";
            let answer = if server.is_strict && !is_plain {
                status(406, "not acceptable")
            } else {
                server.answer(request.uri().path())
            };
            async move {
                let Answer(code, headers, body) = answer;
                if code == 0 {
                    pending::<()>().await;
                }
                let mut response = Response::builder().status(code);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok::<_, Infallible>(response.body(Body::from(body.into_bytes())).unwrap())
            }
        };
        Discovery::new(Client::new(service_fn(respond), "default"))
    }

    pub(super) fn answer(&self, path: &str) -> Answer {
        let mut requests = self.requests.lock().unwrap();
        let before = requests.iter().filter(|request| *request == path).count();
        requests.push(path.to_owned());
        let Some(answers) = self.answers.get(path) else { return status(404, "not found") };
        answers[before.min(answers.len() - 1)].clone()
    }

    pub(super) fn count(&self, path: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|request| *request == path).count()
    }
}
