//! Writes responses: HTTP/1.1 with a chunked body, one document per chunk, as an API server does.

use std::io::{self, Write};

/// Starts a response with a chunked body.
pub(crate) fn start(to: &mut impl Write, media_type: &str) -> io::Result<()> {
    write!(
        to,
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
}

pub(crate) fn chunk(to: &mut impl Write, part: &[u8]) -> io::Result<()> {
    write!(to, "{:x}\r\n", part.len())?;
    to.write_all(part)?;
    to.write_all(b"\r\n")
}

pub(crate) fn end(to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"0\r\n\r\n")?;
    to.flush()
}

/// Rejects a watch whose resource version is too old, as an API server does: with an ERROR event.
pub(crate) fn expired(to: &mut impl Write) -> io::Result<()> {
    start(to, "application/json")?;
    let event = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}"#;
    chunk(to, format!("{event}\n").as_bytes())?;
    end(to)
}

/// Responds with a document of JSON.
pub(crate) fn document(to: &mut impl Write, document: &str) -> io::Result<()> {
    start(to, "application/json")?;
    chunk(to, document.as_bytes())?;
    end(to)
}

/// Responds with 404.
pub(crate) fn not_found(to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
    to.flush()
}
