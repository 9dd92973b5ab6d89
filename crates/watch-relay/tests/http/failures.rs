//! Servers that refuse, break or are slow.

use std::time::Duration;

use watch_relay::form::Form;
use watch_relay::sink::Sink as _;
use watch_relay::sink::http::{HttpConfig, HttpSink};

use crate::server::{Reply, Server};
use crate::support::{deliver, error_of, messages, sink, versions, with};

#[tokio::test]
async fn webhook_that_fails_for_a_while_receives_everything_in_order() {
    let server =
        Server::start(|_, at| Reply::Status(if (3..40).contains(&at) { 500 } else { 204 })).await;
    let mut sink = sink(&server);
    let mut batch = messages(Form::Wire, 10);
    let mut failures = 0;
    while let Err(error) = deliver(&mut sink, &mut batch).await {
        assert!(error.to_string().contains("500 Internal Server Error"), "{error}");
        assert_eq!(batch.pending().count(), 7, "what is stored is not sent again");
        failures += 1;
    }
    assert!(batch.is_done() && batch.refusals().next().is_none());
    assert_eq!(failures, 37, "one request each: the object's later events wait");
    let mut versions = versions(&server);
    versions.dedup();
    assert_eq!(versions, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn retry_after_is_reported_up_to_the_limit() {
    let retry = |status, text: &str| {
        Reply::With(status, vec![("retry-after", text.to_owned())], "slow down".into())
    };
    let server =
        Server::answering(vec![retry(429, "7"), retry(503, "900"), retry(429, "soon")]).await;
    let mut sink = with(&server, |config| config.max_retry_after_seconds = 60);
    let error = error_of(&mut sink).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let text = error.to_string();
    assert!(text.contains("429 Too Many Requests: slow down"), "{text}");
    assert_eq!(error_of(&mut sink).await.retry_after(), Some(Duration::from_mins(1)));
    assert_eq!(error_of(&mut sink).await.retry_after(), None);
}

#[tokio::test]
async fn too_large_event_is_refused_and_the_others_stored() {
    let server = Server::answering(vec![
        Reply::Status(200),
        Reply::With(413, Vec::new(), "at most\n1 KiB".into()),
        Reply::Status(200),
    ])
    .await;
    let mut batch = messages(Form::Wire, 3);
    deliver(&mut sink(&server), &mut batch).await.expect("it is delivered");
    let refused: Vec<_> =
        batch.refusals().map(|(message, why)| (message.version.as_str(), why)).collect();
    assert_eq!(refused, [("1", "413 Payload Too Large: at most 1 KiB")]);
    assert!(batch.is_done());
}

#[tokio::test]
async fn what_a_person_must_mend_is_said() {
    let redirect = vec![("location", "https://elsewhere/x?key=hunter2".to_owned())];
    let server = Server::answering(vec![
        Reply::Status(401),
        Reply::Status(404),
        Reply::With(307, redirect, String::new()),
    ])
    .await;
    let mut sink = sink(&server);
    for part in [
        "check the token",
        "check `url`",
        "redirects to https://elsewhere/x, which is not followed",
    ] {
        let text = error_of(&mut sink).await.to_string();
        assert!(text.starts_with(sink.name()) && text.contains(part), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    deliver(&mut sink, &mut messages(Form::Wire, 1)).await.expect("it is mended");
    assert_eq!(server.received().len(), 4, "no request went elsewhere");
}

#[tokio::test]
async fn answer_that_does_not_come_or_is_cut_off_acknowledges_nothing() {
    let server = Server::answering(vec![
        Reply::Closed,
        Reply::CutOff(200),
        Reply::CutOff(503),
        Reply::Never,
    ])
    .await;
    let mut sink = with(&server, |config| config.timeout_seconds = 1);
    let parts = [
        "cannot be reached",
        "200 OK, then the answer was cut off",
        "503 Service Unavailable, then the answer",
        "no answer within 1 s",
    ];
    for part in parts {
        let text = error_of(&mut sink).await.to_string();
        assert!(text.contains(part), "{part}: {text}");
    }
    deliver(&mut sink, &mut messages(Form::Wire, 1)).await.expect("it is delivered");
    assert_eq!(server.received().len(), 5);
}

#[tokio::test]
async fn server_that_is_away_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("http://127.0.0.1:{port}/hook");
    let mut sink = HttpSink::new(&HttpConfig::new(format!("{url}?hunter2"))).expect("it is valid");
    let text = error_of(&mut sink).await.to_string();
    assert!(text.starts_with(&url) && text.contains("refused"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn long_answer_is_not_read_to_its_end() {
    let long = "x".repeat(10 << 20);
    let server = Server::start(move |_, _| Reply::With(200, Vec::new(), long.clone())).await;
    let mut batch = messages(Form::Wire, 3);
    deliver(&mut sink(&server), &mut batch).await.expect("it is delivered");
    assert!(batch.is_done());
}
