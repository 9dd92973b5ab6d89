//! Runs cases on a server.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt as _;
use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use kube_client::client::Body;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use watchables::Wire;

use crate::case::{Case, Step};
use crate::encoding;
use crate::shape;
use crate::target::{Needs, RUN_LABEL, Target};
use crate::wire;

/// Longer than any response takes, including watches that end by themselves.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a step is retried.
const RETRY_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause between tries of a step.
const RETRY_INTERVAL: Duration = Duration::from_millis(200);
/// How long a watch needs to start after its response headers have arrived.
const WATCH_START: Duration = Duration::from_millis(300);
/// The length of `{large}`, in bytes.
const LARGE: usize = 600_000;
/// How many cases run concurrently.
const CONCURRENCY: usize = 8;

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every response was as expected.
    Passed,
    /// A response differed; with the difference.
    Failed(String),
    /// The case does not apply to this server; with the reason.
    Skipped(String),
}

type Variables = BTreeMap<String, String>;

/// Runs cases concurrently. Cases that act on the whole server run last, one at a time.
pub async fn run(target: &Target, cases: Vec<Case>) -> Vec<(Case, Outcome)> {
    let (exclusive, concurrent): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| case.needs.is_some());
    let run = async |case: Case| {
        let outcome = run_case(target, &case).await;
        (case, outcome)
    };
    let mut outcomes: Vec<_> =
        futures::stream::iter(concurrent).map(run).buffered(CONCURRENCY).collect().await;
    for case in exclusive {
        outcomes.push(run(case).await);
    }
    outcomes
}

async fn run_case(target: &Target, case: &Case) -> Outcome {
    let release = target.release;
    if let Some(since) = case.since.filter(|since| release < *since) {
        return Outcome::Skipped(format!("applies since release {since}"));
    }
    if let Some(before) = case.before.filter(|before| release >= *before) {
        return Outcome::Skipped(format!("applies only before release {before}"));
    }
    if case.needs.is_some() && target.control.is_none() {
        return Outcome::Skipped("needs a server started by the suite".to_owned());
    }
    let namespace = format!("conformance-{:08x}", fastrand::u32(..));
    let mut variables = Variables::from([
        ("ns".to_owned(), namespace.clone()),
        ("run".to_owned(), target.run.clone()),
        ("large".to_owned(), "x".repeat(LARGE)),
    ]);
    let mut outcome = Ok(());
    let create = Step {
        send: "POST /api/v1/namespaces".to_owned(),
        body: Some(
            json!({"metadata": {"name": namespace, "labels": {RUN_LABEL: target.run}}}).to_string(),
        ),
        ..Step::default()
    };
    for (number, step) in std::iter::once(&create).chain(&case.step).enumerate() {
        outcome = Box::pin(execute_with_retries(target, step, &mut variables))
            .await
            .map_err(|difference| format!("step {number}, {}: {difference}", step.send));
        if outcome.is_err() {
            break;
        }
    }
    let delete = Step { send: format!("DELETE /api/v1/namespaces/{namespace}"), ..Step::default() };
    let deleted = Box::pin(execute(target, &delete, &mut variables)).await;
    match outcome.and_then(|()| deleted.map_err(|error| format!("deleting its namespace: {error}")))
    {
        Ok(()) => Outcome::Passed,
        Err(difference) => Outcome::Failed(difference),
    }
}

/// Executes a step, with retries if the step asks for them.
async fn execute_with_retries(
    target: &Target,
    step: &Step,
    variables: &mut Variables,
) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let result = execute(target, step, variables).await;
        if result.is_ok() || !step.retry || start.elapsed() > RETRY_TIMEOUT {
            return result;
        }
        sleep(RETRY_INTERVAL).await;
    }
}

async fn execute(target: &Target, step: &Step, variables: &mut Variables) -> Result<(), String> {
    if step.send == "compact" {
        let control = target.control.as_ref().ok_or("needs a server started by the suite")?;
        return control(Needs::Compact).await;
    }
    let request = request(target, step, variables)?;
    let sent = target.client.send(request);
    let response = timeout(RESPONSE_TIMEOUT, sent)
        .await
        .map_err(|_| "timed out waiting for a response")?
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let encoded = encoding::check(step, response.headers())?;
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(str::to_owned);
    let content_type = content_type.as_deref();
    target.in_protobuf.fetch_add(wire::is_protobuf(content_type).into(), Ordering::Relaxed);
    let body = response.into_body();
    if !step.meanwhile.is_empty() {
        sleep(WATCH_START).await;
        for step in &step.meanwhile {
            Box::pin(execute_with_retries(target, step, variables))
                .await
                .map_err(|difference| format!("meanwhile, {}: {difference}", step.send))?;
        }
    }
    let bytes = timeout(RESPONSE_TIMEOUT, body.collect())
        .await
        .map_err(|_| "timed out waiting for the end of the response")?
        .map_err(|error| format!("the response was truncated: {error}"))?
        .to_bytes();
    let (plain, members) = encoding::decompress(encoded, &bytes)?;
    let text = wire::text(content_type, &plain)?;
    encoding::check_members(step, members, &text)?;
    let expected = step.status.map_or(vec![200, 201], |status| vec![status]);
    if !expected.contains(&status) {
        return Err(format!("expected HTTP {expected:?}, got {status}: {text}"));
    }
    check(step, &text, variables)
}

fn request(target: &Target, step: &Step, variables: &Variables) -> Result<Request<Body>, String> {
    let send = expanded(&step.send, variables);
    let (method, uri) = send.split_once(' ').ok_or("send must be a method and a target")?;
    let content_type = step.content_type.as_deref().unwrap_or("application/json");
    let mut request =
        Request::builder().method(method).uri(uri).header("content-type", content_type);
    // A step that says what the text contains is about JSON.
    let in_protobuf = target.wire == Wire::Protobuf && step.contains.is_none();
    let in_protobuf = in_protobuf.then_some(wire::ACCEPT);
    if let Some(accept) = step.accept.as_deref().or(in_protobuf) {
        request = request.header("accept", accept);
    }
    if let Some(encoding) = &step.accept_encoding {
        request = request.header("accept-encoding", encoding);
    }
    let body =
        step.body.as_ref().map(|body| expanded(body, variables).into_bytes()).unwrap_or_default();
    request.body(Body::from(body)).map_err(|error| error.to_string())
}

/// Compares the response with the step's expectations, and captures its values.
fn check(step: &Step, text: &str, variables: &mut Variables) -> Result<(), String> {
    let json = |text: &str| {
        serde_json::from_str::<Value>(text)
            .map_err(|error| format!("invalid JSON: {error}: {text}"))
    };
    if let Some(part) = &step.contains
        && !text.contains(&expanded(part, variables))
    {
        return Err(format!("{part:?} is not in: {text}"));
    }
    if let Some(shapes) = &step.events {
        let events = text.lines().map(json).collect::<Result<Vec<_>, _>>()?;
        let shapes = shapes.iter().map(|shape| json(&expanded(shape, variables)));
        let shapes = Value::Array(shapes.collect::<Result<_, _>>()?);
        let events = Value::Array(events);
        capture(step, &events, variables)?;
        return match shape::difference(&shapes, &events) {
            None => Ok(()),
            Some(difference) => Err(difference),
        };
    }
    let Some(shape) = &step.matches else {
        return if step.capture.is_empty() {
            Ok(())
        } else {
            capture(step, &json(text)?, variables)
        };
    };
    let found = json(text)?;
    if let Some(difference) = shape::difference(&json(&expanded(shape, variables))?, &found) {
        return Err(difference);
    }
    capture(step, &found, variables)
}

fn capture(step: &Step, found: &Value, variables: &mut Variables) -> Result<(), String> {
    for (name, pointer) in &step.capture {
        let value = found
            .pointer(pointer)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("{pointer} is not a string in {found}"))?;
        variables.insert(name.clone(), value.to_owned());
    }
    Ok(())
}

/// Replaces the names in braces by their values.
fn expanded(text: &str, variables: &Variables) -> String {
    variables
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
