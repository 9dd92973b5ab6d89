//! What a sink refuses for good.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use serde_json::Value;
use watch_relay::Config;

use crate::support::{World, config_map};

/// Starts a web server that refuses what has the word `bad` in it. It ends with the process.
fn start_server() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
            loop {
                let read = connection.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&request).to_lowercase();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if read == 0 || body.len() >= length.unwrap().parse().unwrap() {
                    break;
                }
            }
            let is_bad = String::from_utf8_lossy(&request).contains("bad");
            let status = if is_bad { "422 Unprocessable Content" } else { "200 OK" };
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nsaid");
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    port
}

#[tokio::test]
async fn what_a_sink_refuses_is_kept_and_the_others_are_delivered() {
    let world = World::start().await;
    let port = start_server();
    let text = format!(
        "checkpoints: {}\ndeadLetters: {}\npipelines:\n- name: test\n  \
         watch: [{{resources: [configmaps], namespaces: [default]}}]\n  to: {{http: {{url: 'http://127.0.0.1:{port}'}}}}\n",
        world.path("checkpoints").display(),
        world.path("dead").display(),
    );
    for (name, value) in [("a", "good"), ("b", "bad"), ("c", "good")] {
        world.create(config_map(name, value));
    }
    let running = world.run(&Config::parse(&text).unwrap());
    running.until(0, |summary| summary.delivered + summary.refused == 3).await;
    let summary = running.stop().await;
    assert_eq!((summary.delivered, summary.refused), (2, 1));
    let dead = std::fs::read_to_string(world.path("dead")).unwrap();
    let line: Value = serde_json::from_str(dead.trim_end()).unwrap();
    assert_eq!(
        (&line["pipeline"], &line["path"]),
        (&"test".into(), &"configmaps/v1/default/b".into())
    );
    assert!(line["reason"].as_str().unwrap().contains("422"), "{line}");
    assert!(line["body"].as_str().unwrap().contains("bad"), "{line}");
    // It does not come again.
    let running = world.run(&Config::parse(&text).unwrap());
    world.create(config_map("d", "good"));
    running.until(0, |summary| summary.delivered == 1).await;
    assert_eq!(running.stop().await.received, 1);
}
