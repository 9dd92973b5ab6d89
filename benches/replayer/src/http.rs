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

/// Rejects a watch whose resource version is too old.
pub(crate) fn expired(to: &mut impl Write) -> io::Result<()> {
    let status = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}"#;
    write!(
        to,
        "HTTP/1.1 410 Gone\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{status}",
        status.len()
    )?;
    to.flush()
}

/// Responds with 404.
pub(crate) fn not_found(to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
    to.flush()
}
