//! The probes and metrics of a relay, over HTTP.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use watch_relay::{Config, InstanceSummary, Listener};

use crate::support::{Running, TEST_TIMEOUT, World, config_map};

/// With this, whatever is not live is unhealthy.
const AT_ONCE: Duration = Duration::from_nanos(1);
pub(crate) const LONG: Duration = Duration::from_hours(1);

/// Serves on a free port.
pub(crate) async fn serve(running: &Running, unhealthy_after: Duration) -> SocketAddr {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address();
    running.monitor.set_unhealthy_after(unhealthy_after);
    tokio::spawn(listener.serve(running.monitor.clone()));
    address
}

async fn request(method: Method, address: SocketAddr, path: &str) -> (u16, String) {
    let uri = format!("http://{address}{path}");
    let request = Request::builder().method(method).uri(uri).body(Empty::<Bytes>::new()).unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (code, String::from_utf8(body.to_vec()).unwrap())
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    request(Method::GET, address, path).await
}

/// Waits until a path is answered with a code and a text that contains a part.
pub(crate) async fn answers(address: SocketAddr, path: &str, code: u16, part: &str) -> String {
    let began = Instant::now();
    loop {
        let (answered, text) = get(address, path).await;
        if answered == code && text.contains(part) {
            return text;
        }
        assert!(began.elapsed() < TEST_TIMEOUT, "{path}: {answered} {text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The value of the only sample of this name.
fn sample(text: &str, name: &str) -> f64 {
    let is_of = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{'));
    let samples: Vec<_> = text.lines().filter(is_of).collect();
    let [sample] = samples[..] else { panic!("{name}: {samples:?}") };
    sample.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn a_relay_is_ready_once_its_sink_is_open_and_its_streams_are_live() {
    let world = World::start().await;
    let missing = world.path("missing");
    std::fs::write(&missing, "a file, where a folder is needed").unwrap();
    let log = missing.join("log.jsonl").display().to_string();
    let text = world.yaml("resources: [configmaps]", "");
    let text = text.replace(&world.path("log.jsonl").display().to_string(), &log);
    assert!(text.contains(&log), "{text}");
    let running = world.run(&Config::parse(&text).unwrap());
    running.until(0, |summary| summary.failure.is_some()).await;
    let address = serve(&running, LONG).await;
    let reasons = answers(address, "/readyz", 503, "test: ").await;
    assert!(reasons.contains("log.jsonl") && reasons.contains("not open yet"), "{reasons}");
    assert_eq!(get(address, "/healthz").await, (200, "ok\n".to_owned()));
    let metrics = get(address, "/metrics").await.1;
    assert!(sample(&metrics, "watchables_relay_sink_up") < 0.5, "{metrics}");
    assert!(sample(&metrics, "watchables_relay_retries_total") > 0.5, "{metrics}");
    // The sink is waited for, and the time that passes does not count.
    let before = running.until(0, |_| true).await;
    let after = running.until(0, |summary| summary.retries > before.retries).await;
    assert_eq!(before.unconfirmed, after.unconfirmed);
    std::fs::remove_file(&missing).unwrap();
    world.create(config_map("a", "1"));
    answers(address, "/readyz", 200, "ok").await;
    let metrics = get(address, "/metrics").await.1;
    assert!(sample(&metrics, "watchables_relay_sink_up") > 0.5, "{metrics}");
    running.stop().await;
}

#[tokio::test]
async fn streams_that_are_not_confirmed_are_unhealthy() {
    let world = World::start().await;
    let running = world.run(&world.config("resources: [configmaps]", ""));
    let address = serve(&running, AT_ONCE).await;
    answers(address, "/healthz", 200, "ok").await;
    world.refuse_connections(TEST_TIMEOUT * 2);
    let reasons = answers(address, "/healthz", 503, "was not confirmed for").await;
    assert!(reasons.starts_with("test: configmaps"), "{reasons}");
    let reasons = answers(address, "/readyz", 503, "configmaps").await;
    assert!(!reasons.contains("not open yet"), "{reasons}");
    let metrics = get(address, "/metrics").await.1;
    assert!(sample(&metrics, "watchables_relay_stream_live") < 0.5, "{metrics}");
    assert!(sample(&metrics, "watchables_relay_stream_unconfirmed_seconds") > 0.0, "{metrics}");
    running.stop().await;
}

/// A restart would not mend what the server rejects: that is not for the liveness probe.
#[tokio::test]
async fn what_is_unknown_or_forbidden_is_not_ready_and_not_unhealthy() {
    let world = World::start().await;
    let text = world.yaml("resources: [widgets]", "");
    let forbidden = format!(
        "- name: forbidden\n  watch: [{{resources: [secrets]}}]\n  to: {{file: {{path: {}}}}}\n",
        world.path("secrets").display()
    );
    world.forbid("secrets");
    let running = world.run(&Config::parse(&(text + &forbidden)).unwrap());
    let address = serve(&running, LONG).await;
    let unready = answers(address, "/readyz", 503, "403").await;
    assert!(unready.contains("forbidden: watching secrets/v1: "), "{unready}");
    answers(address, "/readyz", 503, "test: ").await;
    answers(address, "/readyz", 503, "widgets").await;
    // Each attempt is a sign of life.
    let second = Duration::from_secs(1);
    for at in 0..2 {
        let is_alive =
            |summary: &InstanceSummary| summary.unconfirmed > second * 2 && summary.stuck < second;
        running.until(at, is_alive).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn other_paths_methods_and_a_busy_port_are_refused() {
    let world = World::start().await;
    let running = world.run(&world.config("resources: [configmaps]", ""));
    let address = serve(&running, LONG).await;
    assert_eq!(get(address, "/").await.0, 404);
    assert_eq!(request(Method::POST, address, "/healthz").await.0, 405);
    assert_eq!(request(Method::HEAD, address, "/metrics").await, (200, String::new()));
    let error = Listener::bind(address).await.unwrap_err().to_string();
    assert!(error.contains(&address.to_string()), "{error}");
    running.stop().await;
}
