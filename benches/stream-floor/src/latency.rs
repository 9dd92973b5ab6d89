//! Reads events off a bare socket, and nothing of them but when they were sent.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use gauge::{Args, Delays, Figures, SENT};
use memchr::memmem;

/// What is read at once at most, in bytes.
const BUFFER: usize = 64 << 10;

pub(crate) fn latency(args: &Args) -> Result<Figures, Box<dyn Error>> {
    let address = args.server[0].trim_start_matches("http://");
    let mut socket = TcpStream::connect(address)?;
    let target = format!("/api/v1/{}?watch=true&resourceVersion=1000000", args.kind);
    write!(socket, "GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;

    let before = format!("\"{SENT}\":\"");
    let mut delays = Delays::default();
    let mut waiting = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = socket.read(&mut buffer)?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        waiting.extend_from_slice(&buffer[..read]);
        // An event ends its line, and its chunk.
        while let Some(end) = memmem::find(&waiting, b"}\n\r\n") {
            let at = memmem::find(&waiting[..end], before.as_bytes()).map(|at| at + before.len());
            let sent = at.and_then(|at| str::from_utf8(waiting.get(at..at + 20)?).ok());
            delays.saw(sent)?;
            waiting.drain(..end + 4);
            if delays.len() == args.count as usize {
                return Ok(delays.figures());
            }
        }
    }
}
