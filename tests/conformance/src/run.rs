//! Runs cases against a server.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use http::Request;
use http_body_util::BodyExt as _;
use kube_client::client::Body;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::case::{Case, Step};
use crate::shape;
use crate::target::{Needs, RUN_LABEL, Target};

/// Longer than any answer takes, watches that end by themselves included.
const HANGS: Duration = Duration::from_secs(30);
/// How long a step is sent again.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a watch needs to begin, after the answer's head has come.
const BEGUN: Duration = Duration::from_millis(300);
/// The length of a large text, in bytes.
const LARGE: usize = 600_000;
/// How many cases run at once.
const AT_ONCE: usize = 8;

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As the case says.
    Passed,
    /// Otherwise; with what differs.
    Failed(String),
    /// Not run; with the reason.
    Skipped(String),
}

type Known = BTreeMap<String, String>;

/// Runs cases, some at once; those that act on the whole server come last, one by one.
pub async fn run(target: &Target, cases: Vec<Case>) -> Vec<(Case, Outcome)> {
    let (alone, together): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| case.needs.is_some());
    let run = async |case: Case| {
        let outcome = one(target, &case).await;
        (case, outcome)
    };
    let mut outcomes: Vec<_> =
        futures::stream::iter(together).map(run).buffered(AT_ONCE).collect().await;
    for case in alone {
        outcomes.push(run(case).await);
    }
    outcomes
}

async fn one(target: &Target, case: &Case) -> Outcome {
    let of = target.release;
    if case.since.is_some_and(|since| of < since) {
        return Outcome::Skipped(format!("not of releases before {}", case.since.unwrap_or(of)));
    }
    if case.before.is_some_and(|before| of >= before) {
        return Outcome::Skipped(format!("of releases before {}", case.before.unwrap_or(of)));
    }
    if case.needs.is_some() && target.control.is_none() {
        return Outcome::Skipped("the server is not ours".to_owned());
    }
    let namespace = format!("conformance-{:08x}", fastrand::u32(..));
    let mut known = Known::from([
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
        outcome = Box::pin(patiently(target, step, &mut known))
            .await
            .map_err(|difference| format!("step {number}, {}: {difference}", step.send));
        if outcome.is_err() {
            break;
        }
    }
    let delete = Step { send: format!("DELETE /api/v1/namespaces/{namespace}"), ..Step::default() };
    let removed = Box::pin(execute(target, &delete, &mut known)).await;
    match outcome.and_then(|()| removed.map_err(|error| format!("removing its namespace: {error}")))
    {
        Ok(()) => Outcome::Passed,
        Err(difference) => Outcome::Failed(difference),
    }
}

/// Sends a step once, or again and again where that is wanted.
async fn patiently(target: &Target, step: &Step, known: &mut Known) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let result = execute(target, step, known).await;
        if result.is_ok() || !step.again || start.elapsed() > PATIENCE {
            return result;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

async fn execute(target: &Target, step: &Step, known: &mut Known) -> Result<(), String> {
    if step.send == "compact" {
        let control = target.control.as_ref().ok_or("the server is not ours")?;
        return control(Needs::Compact).await;
    }
    let request = request(step, known)?;
    let sent = target.client.send(request);
    let answer = timeout(HANGS, sent).await.map_err(|_| "no answer")?.map_err(|e| e.to_string())?;
    let status = answer.status().as_u16();
    if step.accept_encoding.is_some()
        && let Some(encoding) = answer.headers().get("content-encoding")
    {
        return Err(format!("no content encoding was asked for, and it is {encoding:?}"));
    }
    let body = answer.into_body();
    if !step.meanwhile.is_empty() {
        sleep(BEGUN).await;
        for step in &step.meanwhile {
            Box::pin(patiently(target, step, known))
                .await
                .map_err(|difference| format!("meanwhile, {}: {difference}", step.send))?;
        }
    }
    let bytes = timeout(HANGS, body.collect())
        .await
        .map_err(|_| "the answer does not end")?
        .map_err(|error| format!("the answer broke off: {error}"))?
        .to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let expected = step.status.map_or(vec![200, 201], |status| vec![status]);
    if !expected.contains(&status) {
        return Err(format!("HTTP {expected:?} was expected, not {status}: {text}"));
    }
    look(step, &text, known)
}

fn request(step: &Step, known: &Known) -> Result<Request<Body>, String> {
    let send = filled(&step.send, known);
    let (method, target) = send.split_once(' ').ok_or("send is a method and a target")?;
    let kind = step.content_type.as_deref().unwrap_or("application/json");
    let mut request = Request::builder().method(method).uri(target).header("content-type", kind);
    if let Some(accept) = &step.accept {
        request = request.header("accept", accept);
    }
    if let Some(encoding) = &step.accept_encoding {
        request = request.header("accept-encoding", encoding);
    }
    let body = step.body.as_ref().map(|body| filled(body, known).into_bytes()).unwrap_or_default();
    request.body(Body::from(body)).map_err(|error| error.to_string())
}

/// Compares the answer, and keeps of it what is to be kept.
fn look(step: &Step, text: &str, known: &mut Known) -> Result<(), String> {
    let json = |text: &str| {
        serde_json::from_str::<Value>(text).map_err(|error| format!("no JSON: {error}: {text}"))
    };
    if let Some(part) = &step.says
        && !text.contains(&filled(part, known))
    {
        return Err(format!("{part:?} is not in: {text}"));
    }
    if let Some(shapes) = &step.events {
        let events = text.lines().map(json).collect::<Result<Vec<_>, _>>()?;
        let shapes = shapes.iter().map(|shape| json(&filled(shape, known)));
        let shapes = Value::Array(shapes.collect::<Result<_, _>>()?);
        let events = Value::Array(events);
        keep(step, &events, known)?;
        return match shape::difference(&shapes, &events) {
            None => Ok(()),
            Some(difference) => Err(difference),
        };
    }
    let Some(shape) = &step.is else {
        return if step.keep.is_empty() { Ok(()) } else { keep(step, &json(text)?, known) };
    };
    let found = json(text)?;
    if let Some(difference) = shape::difference(&json(&filled(shape, known))?, &found) {
        return Err(difference);
    }
    keep(step, &found, known)
}

fn keep(step: &Step, found: &Value, known: &mut Known) -> Result<(), String> {
    for (name, pointer) in &step.keep {
        let value = found
            .pointer(pointer)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("{pointer} is no string in {found}"))?;
        known.insert(name.clone(), value.to_owned());
    }
    Ok(())
}

/// The text with what is known in place of names in braces.
fn filled(text: &str, known: &Known) -> String {
    known
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
