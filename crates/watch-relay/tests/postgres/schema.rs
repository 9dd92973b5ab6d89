//! Tables that are missing, and rights that are.

use watch_protocol::EventType::Added;
use watch_relay::Batch;
use watch_relay::sink::Sink as _;
use watch_relay::sink::postgres::{PostgresConfig, PostgresSink, TABLES_SQL};

use crate::support::{commit, config, ids, message, open, reopen, store};
use engines::postgres::Server;

async fn error_of(config: &PostgresConfig) -> String {
    let mut sink = PostgresSink::new(config).expect("it is valid");
    sink.open(None).await.expect_err("it cannot be used").to_string()
}

#[tokio::test]
async fn missing_table_is_named_with_what_to_do() {
    let server = Server::start().await;
    let config = PostgresConfig::new(server.url());
    let error = error_of(&config).await;
    for part in ["table changes is missing", "create: true", "tables.sql", "docs/relay-postgres.md"]
    {
        assert!(error.contains(part), "{error}");
    }
    // By hand, as the file says.
    server.execute("CREATE SCHEMA watchables").await;
    server.execute(&format!("SET search_path = watchables; {TABLES_SQL}")).await;
    let mut sink = PostgresSink::new(&config).expect("it is valid");
    sink.open(None).await.expect("it opens");
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;

    // Removed while the sink is open, and restored.
    server.execute("ALTER TABLE watchables.changes RENAME TO hidden").await;
    let mut batch = Batch::new(vec![message("a", 2, Added)]);
    let error = sink.deliver(&mut batch).await.expect_err("it is missing").to_string();
    assert!(error.contains("42P01") && error.contains("create: true"), "{error}");
    let error = sink.open(None).await.expect_err("it is missing").to_string();
    assert!(error.contains("table changes is missing"), "{error}");
    server.execute("ALTER TABLE watchables.hidden RENAME TO changes").await;
    reopen(&mut sink).await.expect("it opens");
    sink.deliver(&mut batch).await.expect("it is delivered");
    commit(&sink, Vec::new()).await.expect("it is committed");
    assert_eq!(ids(&server).await, ["c/uid-a/1", "c/uid-a/2"]);
}

#[tokio::test]
async fn sinks_that_start_at_once_create_the_tables_once() {
    let server = Server::start().await;
    let opened = (0..8).map(|_| open(&server));
    let mut sinks = futures::future::join_all(opened).await;
    for (at, sink) in sinks.iter_mut().enumerate() {
        store(sink, vec![message("a", at as u64, Added)], Vec::new()).await;
    }
    assert_eq!(ids(&server).await.len(), 8);
}

#[tokio::test]
async fn what_a_person_must_mend_is_said() {
    let server = Server::start().await;
    drop(open(&server).await);
    server.execute("CREATE ROLE relay LOGIN PASSWORD 'hunter2'").await;
    let mut config = config(&server);
    config.url = server.url_of("relay").into();
    let error = error_of(&config).await;
    assert!(error.contains("the user relay needs USAGE on the schema watchables"), "{error}");
    server
        .execute(
            "GRANT USAGE ON SCHEMA watchables TO relay; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA watchables TO relay",
        )
        .await;
    let mut sink = PostgresSink::new(&config).expect("it is valid");
    sink.open(None).await.expect("it opens");
    store(&mut sink, vec![message("a", 1, Added)], Vec::new()).await;

    config.url = server.url_of("relay").replace("hunter2", "wrong").into();
    let error = error_of(&config).await;
    assert!(error.contains("28P01") && error.contains("passwordFile"), "{error}");
    assert!(!error.contains("wrong"), "{error}");
    config.url = format!("{}nowhere", server.url().trim_end_matches("postgres")).into();
    let error = error_of(&config).await;
    assert!(error.contains("create the database nowhere"), "{error}");
    server.execute("ALTER ROLE relay SET default_transaction_read_only = on").await;
    config.url = server.url_of("relay").into();
    let mut sink = PostgresSink::new(&config).expect("it is valid");
    sink.open(None).await.expect("transactions say that they write");
}

#[tokio::test]
async fn password_comes_from_a_file_that_may_change() {
    let server = Server::start().await;
    let mut config = config(&server);
    config.url = server.url().replace(":hunter2", "").into();
    let path = server.put("secret", "wrong\n");
    config.password_file = Some(path.clone());
    let mut sink = PostgresSink::new(&config).expect("it is valid");
    let error = sink.open(None).await.expect_err("it is wrong").to_string();
    assert!(error.contains("28P01") && !error.contains("wrong"), "{error}");
    server.put("secret", "hunter2\n");
    sink.open(None).await.expect("it opens");
    std::fs::remove_file(path).expect("it is removed");
    let mut sink = PostgresSink::new(&config).expect("it is valid");
    let error = sink.open(None).await.expect_err("it is gone").to_string();
    assert!(error.contains("secret cannot be read"), "{error}");
}

#[test]
fn configuration_is_read_from_yaml_and_unknown_keys_are_refused() {
    let read = |text: &str| serde_saphyr::from_str::<PostgresConfig>(text);
    let config = read(
        "url: postgres://relay:hunter2@h/d\nschema: own\ncreate: true\ntls: {ca: /ca}\ntimeoutSeconds: 5\n",
    );
    let config = config.expect("it is valid");
    assert_eq!((config.schema.as_str(), config.create, config.timeout_seconds), ("own", true, 5));
    assert!(!format!("{config:?}").contains("hunter2"));
    let config = read("url: postgres://h/d\npasswordFile: /password").expect("it is valid");
    assert_eq!(
        (config.schema.as_str(), config.create, config.timeout_seconds),
        ("watchables", false, 30)
    );
    let error = read("url: postgres://h/d\npassword: x").expect_err("it is unknown").to_string();
    assert!(error.contains("unknown field `password`"), "{error}");
}
