//! Changes objects on the API server, whatever happens to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use http::Request;
use kube_client::Client;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::stored::NUMBER;
use crate::{NAMESPACE, RESOURCES};

/// How many change objects at the same time, each objects of its own.
const WRITERS: usize = 20;
/// How many names each has, of each resource.
const NAMES: usize = 4;
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// Writes until it is stopped.
pub(crate) struct Load {
    tasks: JoinSet<()>,
    shared: Arc<Shared>,
    is_paused: watch::Sender<bool>,
}

struct Shared {
    client: Client,
    /// Of each change another number.
    next: AtomicU64,
    accepted: AtomicUsize,
}

impl Load {
    /// Makes so many changes per second, or as many as the server takes.
    pub(crate) fn start(client: Client, rate: u32, random: &mut Rng) -> Self {
        let shared =
            Arc::new(Shared { client, next: AtomicU64::new(1), accepted: AtomicUsize::new(0) });
        let mut tasks = JoinSet::new();
        let (is_paused, watched) = watch::channel(false);
        for writer in 0..WRITERS {
            let mut random = random.fork();
            let (shared, mut is_paused) = (Arc::clone(&shared), watched.clone());
            let pause = Duration::from_secs(WRITERS as u64) / rate.max(1);
            tasks.spawn(async move {
                let mut places: Vec<_> = RESOURCES
                    .iter()
                    .flat_map(|resource| (0..NAMES).map(move |at| (*resource, at)))
                    .map(|(resource, at)| {
                        Place::new(resource, &format!("{resource}-{writer}-{at}"))
                    })
                    .collect();
                let mut ticks = interval(pause);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
                // An error means that there is no load any more.
                while is_paused.wait_for(|is_paused| !is_paused).await.is_ok() {
                    ticks.tick().await;
                    let place = random.usize(..places.len());
                    places[place].change(&shared, &mut random).await;
                }
            });
        }
        Self { tasks, shared, is_paused }
    }

    /// Begins no further changes, or goes on.
    pub(crate) fn pause(&self, is_paused: bool) {
        self.is_paused.send_replace(is_paused);
    }

    /// Ends, and returns how many changes the server has acknowledged.
    pub(crate) async fn stop(mut self) -> usize {
        self.tasks.shutdown().await;
        self.shared.accepted.load(Ordering::Relaxed)
    }
}

/// Creates an object. It is known by its name.
pub(crate) async fn create(
    client: &Client,
    resource: &'static str,
    name: &str,
) -> Result<(), String> {
    let place = Place::new(resource, name);
    let body = place.body(0, 1);
    call(client, "POST", &place.collection, Some(&body))
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Where there is an object at times.
struct Place {
    name: String,
    collection: String,
    path: String,
    /// What is there, as far as is known.
    present: Known,
}

enum Known {
    Absent,
    Present(Value),
    /// A request has failed: nobody knows whether it was carried out.
    Unknown,
}

impl Place {
    fn new(resource: &str, name: &str) -> Self {
        let collection = format!("/api/v1/namespaces/{NAMESPACE}/{resource}");
        let path = format!("{collection}/{name}");
        Self { name: name.to_owned(), collection, path, present: Known::Absent }
    }

    fn body(&self, number: u64, padding: usize) -> Value {
        json!({"metadata": {"name": self.name, "annotations": {
            NUMBER: number.to_string(), "padding": "é".repeat(padding),
        }}})
    }

    async fn change(&mut self, shared: &Shared, random: &mut Rng) {
        let changed = self.try_change(shared, random).await;
        if let Ok(changes) = changed {
            shared.accepted.fetch_add(changes, Ordering::Relaxed);
        } else {
            self.present = Known::Unknown;
            tokio::time::sleep(Duration::from_millis(random.u64(50..300))).await;
        }
    }

    /// Makes one change, or two. Returns how many.
    async fn try_change(
        &mut self,
        shared: &Shared,
        random: &mut Rng,
    ) -> Result<usize, kube_client::Error> {
        let number = || shared.next.fetch_add(1, Ordering::Relaxed);
        let padding = if random.u8(..8) == 0 { random.usize(..4_000) } else { random.usize(..60) };
        let client = &shared.client;
        match &mut self.present {
            Known::Unknown => {
                self.present = match call(client, "GET", &self.path, None).await {
                    Ok(object) => Known::Present(object),
                    Err(kube_client::Error::Api(status)) if status.code == 404 => Known::Absent,
                    Err(error) => return Err(error),
                };
                Ok(0)
            }
            Known::Absent => {
                let body = self.body(number(), padding);
                let created = call(client, "POST", &self.collection, Some(&body)).await?;
                self.present = Known::Present(created);
                Ok(1)
            }
            Known::Present(object) => match random.u8(..20) {
                0..9 => {
                    let patch =
                        json!({"metadata": {"annotations": {NUMBER: number().to_string()}}});
                    *object = call(client, "PATCH", &self.path, Some(&patch)).await?;
                    Ok(1)
                }
                9..14 => {
                    object["metadata"]["annotations"][NUMBER] = number().to_string().into();
                    object["metadata"]["annotations"]["padding"] = "x".repeat(padding).into();
                    let body = object.clone();
                    *object = call(client, "PUT", &self.path, Some(&body)).await?;
                    Ok(1)
                }
                deletion => {
                    call(client, "DELETE", &self.path, None).await?;
                    self.present = Known::Absent;
                    if deletion < 17 {
                        return Ok(1);
                    }
                    let body = self.body(number(), padding);
                    let created = call(client, "POST", &self.collection, Some(&body)).await?;
                    self.present = Known::Present(created);
                    Ok(2)
                }
            },
        }
    }
}

/// Sends a request that may take a while, and is given up then.
pub(crate) async fn call(
    client: &Client,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, kube_client::Error> {
    let content_type =
        if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let request = Request::builder().method(method).uri(path).header("content-type", content_type);
    let request = request.body(bytes).map_err(kube_client::Error::HttpError)?;
    match timeout(REQUEST_LIMIT, client.request(request)).await {
        Ok(answered) => answered,
        Err(elapsed) => Err(kube_client::Error::Service(elapsed.into())),
    }
}
