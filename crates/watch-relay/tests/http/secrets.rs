//! Tokens and headers from files.

use std::fs;

use watch_relay::form::Form;

use crate::server::{Received, Reply, Server};
use crate::support::{deliver, error_of, messages, with};

#[tokio::test]
async fn token_is_read_again_when_it_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (token, key) = (folder.path().join("token"), folder.path().join("key"));
    fs::write(&token, "first-secret\n").expect("it is written");
    fs::write(&key, "key-secret").expect("it is written");
    let check = |received: &Received, _: usize| {
        let is_new = received.header("authorization") == "Bearer second-secret";
        Reply::Status(if is_new { 200 } else { 401 })
    };
    let server = Server::start(check).await;
    let mut sink = with(&server, |config| {
        config.bearer_token_file = Some(token.clone());
        config.header_files.insert("X-Api-Key".to_owned(), key.clone());
        config.headers.insert("X-Team".to_owned(), "shop".into());
    });
    let error = error_of(&mut sink).await;
    let text = format!("{error} {error:?} {sink:?}");
    assert!(text.contains("401 Unauthorized") && !text.contains("secret"), "{text}");
    fs::write(&token, "second-secret\n").expect("it is written");
    deliver(&mut sink, &mut messages(Form::Wire, 1)).await.expect("it is delivered");
    let received = server.received();
    assert_eq!(received[0].header("authorization"), "Bearer first-secret");
    assert_eq!(received[1].header("x-api-key"), "key-secret");
    assert_eq!(received[1].header("x-team"), "shop");

    for (content, part) in [("", "is empty"), ("a\u{7}b", "characters")] {
        fs::write(&token, content).expect("it is written");
        let text = error_of(&mut sink).await.to_string();
        assert!(text.contains("token") && text.contains(part), "{text}");
    }
    fs::remove_file(&token).expect("it is removed");
    let text = error_of(&mut sink).await.to_string();
    assert!(text.contains("token cannot be read"), "{text}");
    assert_eq!(server.received().len(), 2, "nothing was sent without it");
}

#[test]
fn configuration_is_read_from_yaml_and_unknown_keys_are_refused() {
    use watch_relay::sink::http::HttpConfig;
    let read = |text: &str| serde_saphyr::from_str::<HttpConfig>(text);
    let config = read(
        "url: https://h/?key=hunter2\nbearerTokenFile: /token\nbatchSize: 10\nheaders: {x-key: hunter2}\n\
         headerFiles: {x-other: /other}\ntls: {ca: /ca}\nmaxRetryAfterSeconds: 5\n",
    );
    let config = config.expect("it is valid");
    assert_eq!(
        (config.batch_size, config.concurrency, config.max_retry_after_seconds),
        (10, 16, 5)
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    let error = read("url: http://h\nbatchsize: 10").expect_err("it is misspelt").to_string();
    assert!(error.contains("batchsize"), "{error}");
}
