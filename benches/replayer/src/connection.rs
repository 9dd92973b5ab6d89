//! A connection: requests and their answers, one after the other.

use std::io::{self, BufWriter};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::object;
use crate::request::Request;
use crate::scenario::Scenario;
use crate::{state, watch, wire};

/// Many events in one write, where nobody waits for them one by one; in bytes.
const BUFFER: usize = 64 << 10;
/// Enough for a thread that does nothing but this, in bytes.
const STACK: usize = 256 << 10;

/// Accepts connections for ever, a thread each.
pub(crate) fn serve(listener: &TcpListener, scenario: Scenario) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        // A client that is gone is no fault.
        let answer = move || drop(converse(&stream, scenario));
        thread::Builder::new().stack_size(STACK).spawn(answer)?;
    }
}

fn converse(mut stream: &TcpStream, scenario: Scenario) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut to = BufWriter::with_capacity(BUFFER, stream);
    while let Some(request) = Request::read(&mut stream)? {
        match object::template(&request.resource) {
            None => wire::not_found(&mut to)?,
            Some(template) if request.watch => {
                return watch::watch(&mut to, stream, &template, scenario, &request);
            }
            Some(template) => state::list(&mut to, &template, scenario.objects, &request)?,
        }
    }
    Ok(())
}
