//! Reads events from a plain blocking socket, and of each only the time it was sent.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use gauge::{Args, Delays, Figures, SENT};
use memchr::memmem;
use stream_common::Error;

/// The most bytes that one read returns.
const BUFFER: usize = 64 << 10;

pub(crate) fn latency(args: &Args) -> Result<Figures, Error> {
    let address = args.server[0].trim_start_matches("http://");
    let mut socket = TcpStream::connect(address)?;
    let target = format!("/api/v1/{}?watch=true&resourceVersion=1000000", args.resource);
    write!(socket, "GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;

    let key = format!("\"{SENT}\":\"");
    let mut delays = Delays::default();
    let mut pending = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = socket.read(&mut buffer)?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        pending.extend_from_slice(&buffer[..read]);
        // The end of an event is the end of its line and of its chunk.
        while let Some(end) = memmem::find(&pending, b"}\n\r\n") {
            let at = memmem::find(&pending[..end], key.as_bytes()).map(|at| at + key.len());
            let sent = at.and_then(|at| str::from_utf8(pending.get(at..at + 20)?).ok());
            delays.record(sent)?;
            pending.drain(..end + 4);
            if delays.len() == args.count as usize {
                return Ok(delays.figures());
            }
        }
    }
}
