//! Starting and stopping, and what is open meanwhile.

use std::time::Duration;

use embedded_apiserver::EmbeddedServer;

use crate::catalog::CATALOG;
use crate::client::{Next, builder, config_map, get, start, watch};

const MAPS: &str = "/api/v1/namespaces/default/configmaps?watch=true";

/// Waits for something that happens soon after its cause.
async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never happened: {what}");
}

#[tokio::test]
async fn shutdown_ends_open_watches_and_frees_the_port() {
    let server = start().await;
    let address = server.url().replace("http://", "");
    let mut watching = watch(&server, MAPS).await;
    server.shutdown().await;
    assert_eq!(watching.next().await, Next::Cut);
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    builder().port(port).start().await.unwrap();
}

#[tokio::test]
async fn dropping_the_server_ends_open_watches() {
    let server = start().await;
    let mut watching = watch(&server, MAPS).await;
    drop(server);
    assert_eq!(watching.next().await, Next::Cut);
}

#[tokio::test]
async fn a_client_that_goes_frees_its_watch() {
    let server = start().await;
    let first = watch(&server, MAPS).await;
    let second = watch(&server, MAPS).await;
    assert_eq!((server.watches(), server.connections()), (2, 2));
    drop(first);
    until("one watch is left", || (server.watches(), server.connections()) == (1, 1)).await;
    drop(second);
    until("no watch is left", || (server.watches(), server.connections()) == (0, 0)).await;
}

#[tokio::test]
async fn a_watch_that_timed_out_is_no_longer_counted() {
    let server = start().await;
    watch(&server, &format!("{MAPS}&timeoutSeconds=1")).await.rest().await;
    until("no watch is left", || server.watches() == 0).await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let server = start().await;
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = builder().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let error = builder().port(port).start_in_thread().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn a_program_without_a_runtime_can_own_a_server() {
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
    // Dropping it ends the thread, and with it the connection, at once.
    drop(server);
    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
    assert!(std::net::TcpStream::connect(&address).is_err());
}

#[tokio::test]
async fn a_server_on_its_own_thread_shuts_down_from_a_runtime_too() {
    let server = builder().start_in_thread().unwrap();
    let mut watching = watch(&server, MAPS).await;
    server.shutdown().await;
    assert_eq!(watching.next().await, Next::Cut);
}

#[tokio::test]
async fn the_kubeconfig_leads_to_the_server() {
    let server = builder().token("s3\"cret").start().await.unwrap();
    let config = server.kubeconfig();
    assert!(config.contains(&format!("    server: {}\n", server.url())), "{config}");
    assert!(config.contains("  user: {token: \"s3\\\"cret\"}\n"), "{config}");
    assert!(start().await.kubeconfig().ends_with("  user: {}\n"));
}

#[tokio::test]
async fn a_resource_can_be_added_to_the_catalogue() {
    let server =
        EmbeddedServer::builder(&CATALOG[..3]).resource(CATALOG[8].clone()).start().await.unwrap();
    assert_eq!(get(&server, "/apis/example.com/v1/widgets").await.code, 200);
    assert!(server.store().serves(&CATALOG[8].resource));
    assert!(!server.store().serves(&CATALOG[3].resource));
}
