//! Discovery of servers that answer unexpectedly, in virtual time.

mod server;

use serde_json::{Value, json};

use self::server::{Answer, Server, hang, html, ok, status};
use super::*;

/// Answers of the group `x.example.com`, and what is reported of each.
fn unreadable_groups() -> Vec<(Answer, &'static str)> {
    vec![
        (status(403, "not yours"), "not yours (403)"),
        (status(401, "who?"), "who? (401)"),
        (status(404, "gone"), "gone (404)"),
        (status(503, "away"), "away (503)"),
        (html(200), "text/html; charset=utf-8: <!DOCTYPE html> <html><title>Sign in</title>"),
        (html(502), "text/html; charset=utf-8: <!DOCTYPE html>"),
        (hang(), "no response within 30 s"),
        (ok(&Value::Null), "application/json: null"),
        (Answer(200, vec![], String::new()), "no content type: an empty body"),
        (
            Answer(200, vec![("content-encoding", "gzip")], "x".to_owned()),
            "Content-Encoding \"gzip\"",
        ),
        (
            Answer(302, vec![("location", "https://login.example/a?token=SECRET")], String::new()),
            "redirected (302) to https://login.example/a;",
        ),
        (Answer(200, vec![], status(429, "busy").2), "busy (429)"),
        (Answer(200, vec![], "{\"kind\":".to_owned()), "the connection broke"),
    ]
}

#[tokio::test(start_paused = true)]
async fn unreadable_group_is_omitted_with_a_reason() {
    for (answer, reason) in unreadable_groups() {
        let server = Server::new([("/apis/x.example.com/v1", vec![answer])]);
        let discovery = server.discovery();
        let found = discovery.find("deploy.apps").await;
        assert!(found.is_err(), "no short names here");
        let found = discovery.find("deployments").await.unwrap();
        assert_eq!(found.resource.to_string(), "deployments.apps/v1");
        let error = discovery.find("foos").await.unwrap_err().to_string();
        let path = "no resource \"foos\"; could not be read: GET /apis/x.example.com/v1: ";
        assert!(error.starts_with(path) && error.contains(reason), "{reason:?}: {error}");
        assert!(!error.contains("SECRET"), "{error}");
        let error = discovery.find("foos.apps").await.unwrap_err().to_string();
        assert_eq!(error, "no resource \"foos.apps\"", "the other group cannot have it");
    }
}

#[tokio::test(start_paused = true)]
async fn group_that_was_unavailable_is_requested_again() {
    for away in [status(503, "away"), status(404, "soon"), hang(), html(502)] {
        let resources = Server::new([]).answer("/apis/x.example.com/v1");
        let answers = vec![away.clone(), away, resources];
        let server = Server::new([("/apis/x.example.com/v1", answers)]);
        let found = server.discovery().find_with_retry("foos", |_, _| true).await.unwrap();
        assert_eq!(found.resource.to_string(), "foos.x.example.com/v1");
    }
    let server = Server::new([("/apis/x.example.com/v1", vec![status(403, "never")])]);
    server.discovery().find_with_retry("foos", |error, _| panic!("{error}")).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn found_names_are_not_delayed_by_an_unavailable_group() {
    let server = Server::new([("/apis/x.example.com/v1", vec![hang()])]);
    let discovery = server.discovery();
    for name in ["deployments", "pods", "deployment"] {
        discovery.find(name).await.unwrap();
    }
    assert_eq!(server.count("/apis/x.example.com/v1"), 1);
}

#[tokio::test(start_paused = true)]
async fn busy_server_is_waited_for() {
    for code in [408, 429, 500, 503, 504, 520] {
        let mut busy = status(code, "busy");
        busy.1.push(("retry-after", "86400"));
        for (path, name) in [("/api", "pods"), ("/apis", "deployments")] {
            let then = Server::new([]).answer(path);
            let server = Server::new([(path, vec![busy.clone(), busy.clone(), then])]);
            let discovery = server.discovery();
            let mut waits = Vec::new();
            let found = discovery.find_with_retry(name, |error, wait| {
                assert_eq!(error.to_string(), format!("GET {path}: busy ({code})"));
                waits.push(wait);
                true
            });
            found.await.unwrap();
            assert_eq!(waits, [Duration::from_mins(1); 2], "Retry-After is capped");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn truncated_document_is_requested_again() {
    let [mut truncated, whole] = [(); 2].map(|()| Server::new([]).answer("/api"));
    truncated.2.truncate(9);
    let server = Server::new([("/api", vec![truncated.clone(), truncated, whole])]);
    let mut retries = 0;
    let discovery = server.discovery();
    let found = discovery.find_with_retry("pods", |error, _| {
        assert_eq!(error.to_string(), "GET /api: the connection broke");
        retries += 1;
        true
    });
    found.await.unwrap();
    assert_eq!(retries, 2);
}

#[tokio::test(start_paused = true)]
async fn byte_order_mark_and_rejected_content_types_are_no_obstacle() {
    let mut marked = Server::new([]).answer("/api");
    marked.2.insert(0, '\u{feff}');
    Server::new([("/api", vec![marked])]).discovery().find("pods").await.unwrap();
    let strict = Server::strict(Server::new([]));
    strict.discovery().find("deployments").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_ends_at_once_and_is_named() {
    let redirect = vec![("location", "https://u:SECRET@login.example/oauth?state=SECRET")];
    for (answer, parts) in [
        (html(200), ["text/html", "<!DOCTYPE html>"]),
        (html(403), ["text/html", "<!DOCTYPE html>"]),
        (Answer(302, redirect, String::new()), ["302", "https://login.example/oauth;"]),
        (status(401, "who?"), ["who? (401)", "credentials"]),
        (status(403, "not you"), ["not you (403)", "not allowed"]),
        (status(404, "nothing"), ["nothing (404)", "no Kubernetes API server"]),
        (
            Answer(200, vec![("content-encoding", "gzip")], "x".to_owned()),
            ["gzip", "not requested"],
        ),
        (ok(&json!(["pods"])), ["application/json", "[\"pods\"]"]),
    ] {
        let server = Server::new([("/api", vec![answer.clone()]), ("/apis", vec![answer])]);
        let retry = |error: &DiscoveryError, _| panic!("{error}");
        let error = server.discovery().find_with_retry("pods", retry).await.unwrap_err();
        assert!(error.unknown().is_none());
        let error = error.to_string();
        assert!(error.starts_with("GET /api: "), "{error}");
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        assert!(!error.contains("SECRET"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn server_without_core_group_has_the_others() {
    for answer in
        [status(404, "no"), status(403, "no"), ok(&json!({"versions": null})), ok(&json!({}))]
    {
        let server = Server::new([("/api", vec![answer])]);
        let found = server.discovery().find("deployments").await.unwrap();
        assert_eq!(found.resource.to_string(), "deployments.apps/v1");
        let error = server.discovery().find("pods").await.unwrap_err().to_string();
        assert!(
            error.starts_with("no resource \"pods\"; could not be read: GET /api: "),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unavailable_core_group_does_not_hide_behind_metrics() {
    let metrics = json!({"resources": [{"name": "pods", "kind": "PodMetrics", "verbs": ["list"]}]});
    let pods = Server::new([]).answer("/api/v1");
    let server = Server::new([
        ("/apis/x.example.com/v1", vec![ok(&metrics)]),
        ("/api/v1", vec![status(503, "away"), pods]),
    ]);
    let found = server.discovery().find_with_retry("pods", |_, _| true).await.unwrap();
    assert_eq!(found.resource.to_string(), "pods/v1");
}

#[tokio::test(start_paused = true)]
async fn many_hanging_groups_share_the_time_of_one() {
    let names: Vec<_> = (0..16).map(|n| format!("g{n}.example.com")).collect();
    let group = |name: &str| json!({"name": name, "versions": [{"version": "v1"}]});
    let groups: Vec<_> = names.iter().map(|name| group(name)).chain([group("apps")]).collect();
    let mut answers = vec![("/apis", vec![ok(&json!({"groups": groups}))])];
    for name in &names {
        let path: &'static str = format!("/apis/{name}/v1").leak();
        answers.push((path, vec![hang()]));
    }
    let server = Server::new(answers);
    let start = tokio::time::Instant::now();
    server.discovery().find("deployments").await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 30);
}
