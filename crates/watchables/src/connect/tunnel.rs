//! CONNECT: a tunnel through an HTTP proxy.

use http::HeaderValue;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::error::AccessError;

/// The maximum size of the head of the proxy's response, as in Go.
const MAX_HEAD: usize = 256 * 1024;

/// Opens a tunnel to `host:port` on a connection to a proxy.
///
/// # Errors
///
/// If the proxy does not answer 200. The error has its status, and nothing that was sent.
pub(super) async fn open<S: Read + Write + Unpin>(
    stream: S,
    server: &str,
    authorization: Option<&HeaderValue>,
) -> Result<S, AccessError> {
    let mut stream = TokioIo::new(stream);
    let mut request = format!("CONNECT {server} HTTP/1.1\r\nHost: {server}\r\n").into_bytes();
    if let Some(authorization) = authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let broken = |error| AccessError::caused("the connection to the proxy broke", error);
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut head = Vec::new();
    // TLS begins with the client, so that nothing follows the head.
    while !(head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n")) {
        if head.len() > MAX_HEAD {
            return Err(AccessError::new("the head of the proxy's response is too long"));
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await.map_err(broken)? {
            0 if head.is_empty() => {
                return Err(AccessError::new("the proxy closed the connection without an answer"));
            }
            0 => break,
            read => head.extend_from_slice(&buffer[..read]),
        }
        if !head.starts_with(&b"HTTP/1."[..head.len().min(7)]) {
            break;
        }
    }
    match status(&head) {
        Some(200) => Ok(stream.into_inner()),
        Some(407) => Err(AccessError::new(
            "the proxy answered 407: authorization required; check its user and password",
        )),
        Some(code) => Err(AccessError::new(format!("the proxy answered {code}"))),
        None => Err(AccessError::new("the proxy did not answer in HTTP")),
    }
}

fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?.split_first_chunk::<2>()?.1;
    std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(parts: &[&[u8]]) -> Result<(), String> {
        let (ours, mut proxy) = tokio::io::duplex(16);
        let opening = open(TokioIo::new(ours), "kube.test:443", None);
        let answering = async {
            let expected = b"CONNECT kube.test:443 HTTP/1.1\r\nHost: kube.test:443\r\n\r\n";
            let mut request = vec![0; expected.len()];
            proxy.read_exact(&mut request).await.unwrap();
            assert_eq!(request, expected);
            for part in parts {
                if proxy.write_all(part).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(proxy);
        };
        let (opened, ()) = tokio::join!(opening, answering);
        opened.map(drop).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn answer_of_the_proxy_is_read_in_parts_and_its_status_is_told() {
        let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(20_000));
        for parts in [
            &[&b"HT"[..], b"TP/1.1 20", b"0 OK\r\n\r", b"\n"][..],
            &[b"HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"],
            &[b"HTTP/1.1 200\r\n\r\n"],
            &[long.as_bytes()],
        ] {
            assert_eq!(answered(parts).await, Ok(()));
        }
        for (answer, says) in [
            (&b"HTTP/1.1 503 No\r\n\r\n"[..], "answered 503"),
            (b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n", "authorization required"),
            (b"HTTP/1.1 302 Found\r\n", "answered 302"),
            (b"220 smtp\r\n", "did not answer in HTTP"),
            (b"HTTP/1.1 \r\n\r\n", "did not answer in HTTP"),
            (b"", "without an answer"),
        ] {
            let error = answered(&[answer]).await.unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
