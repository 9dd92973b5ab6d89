//! An API server that allows `list` and denies `watch` in access reviews, and else is the embedded one.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Starts it before a server. Returns its URL.
pub(crate) fn start(server: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = server.trim_start_matches("http://").trim_end_matches('/').to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let server = server.clone();
            std::thread::spawn(move || serve(client.unwrap(), &server));
        }
    });
    url
}

/// Responds to one request.
fn serve(mut client: TcpStream, server: &str) {
    let request = read_request(&mut client);
    if request.starts_with("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews ") {
        let allowed = request.contains(r#""verb":"list""#);
        let body = format!(
            r#"{{"kind":"SelfSubjectAccessReview","status":{{"allowed":{allowed},"reason":"the role has no watch"}}}}"#
        );
        let head =
            "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nconnection: close\r\n";
        write!(client, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        return;
    }
    let mut upstream = TcpStream::connect(server).unwrap();
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    upstream.write_all(request.as_bytes()).unwrap();
    std::io::copy(&mut upstream, &mut client).unwrap();
}

/// Reads a request with its body.
fn read_request(client: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = client.read(&mut buffer).unwrap();
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8(request.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:").map(|length| length.trim().parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        if read == 0 {
            return text;
        }
    }
}
