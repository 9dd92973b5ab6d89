//! Starting and stopping the server, and its open connections and watches.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;

use crate::catalog::CATALOG;
use crate::client::{Next, builder, config_map, get, start, watch};

const MAPS: &str = "/api/v1/namespaces/default/configmaps?watch=true";

/// Polls for a condition up to 30 seconds.
async fn wait_for(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("timed out waiting for {what}");
}

#[tokio::test]
async fn shutdown_disconnects_watches_and_frees_the_port() {
    let server = start().await;
    let address = server.url().replace("http://", "");
    let mut watching = watch(&server, MAPS).await;
    server.shutdown().await;
    assert_eq!(watching.next().await, Next::Disconnected);
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    builder().port(port).start().await.unwrap();
}

#[tokio::test]
async fn drop_disconnects_watches() {
    let server = start().await;
    let mut watching = watch(&server, MAPS).await;
    drop(server);
    assert_eq!(watching.next().await, Next::Disconnected);
}

#[tokio::test]
async fn disconnected_client_frees_its_watch() {
    let server = start().await;
    let first = watch(&server, MAPS).await;
    let second = watch(&server, MAPS).await;
    assert_eq!((server.watches(), server.connections()), (2, 2));
    drop(first);
    wait_for("one watch is left", || (server.watches(), server.connections()) == (1, 1)).await;
    drop(second);
    wait_for("no watch is left", || (server.watches(), server.connections()) == (0, 0)).await;
}

#[tokio::test]
async fn timed_out_watch_is_not_counted() {
    let server = start().await;
    watch(&server, &format!("{MAPS}&timeoutSeconds=1")).await.rest().await;
    wait_for("no watch is left", || server.watches() == 0).await;
}

#[tokio::test]
async fn port_in_use_is_an_error() {
    let server = start().await;
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = builder().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let error = builder().port(port).start_in_thread().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn server_in_a_thread_needs_no_runtime() {
    use std::io::{Read, Write};
    let server = builder().start_in_thread().unwrap();
    server.store().create(config_map("default", "a")).unwrap();
    let address = server.url().replace("http://", "");
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let request = format!("GET {MAPS} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(r#""name":"a""#) {
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    // Dropping the server ends the thread and with it the connection.
    drop(server);
    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
    assert!(std::net::TcpStream::connect(&address).is_err());
}

#[tokio::test]
async fn server_in_a_thread_shuts_down_from_a_runtime() {
    let server = builder().start_in_thread().unwrap();
    let mut watching = watch(&server, MAPS).await;
    server.shutdown().await;
    assert_eq!(watching.next().await, Next::Disconnected);
}

#[tokio::test]
async fn kubeconfig_has_the_url_and_the_token() {
    let server = builder().token("s3\"cret").start().await.unwrap();
    let config = server.kubeconfig();
    assert!(config.contains(&format!("    server: {}\n", server.url())), "{config}");
    assert!(config.contains("  user: {token: \"s3\\\"cret\"}\n"), "{config}");
    assert!(start().await.kubeconfig().ends_with("  user: {}\n"));
}

#[tokio::test]
async fn resource_can_be_added_to_the_catalog() {
    let server =
        EmbeddedServer::builder(&CATALOG[..3]).resource(CATALOG[8].clone()).start().await.unwrap();
    assert_eq!(get(&server, "/apis/example.com/v1/widgets").await.code, 200);
    assert!(server.store().serves(&CATALOG[8].resource));
    assert!(!server.store().serves(&CATALOG[3].resource));
}
